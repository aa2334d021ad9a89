"""The text of an ARFF file: its lines, its quotes and its comments."""

import contextlib
import gzip
import io
import os
import re
import stat
import zlib
from collections.abc import Iterator
from typing import IO, TextIO, cast

from datasets.arff.other_formats import explain_first_bytes
from datasets.errors import DataError

QUOTED = r"""'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*\""""

# A quote opens at the beginning of a word; inside of one (`don't`) it is a letter.
_WORDS = rf"(?<![^\s,{{])(?:{QUOTED})|(?<=[^\s,{{])['\"]"
_FIELD = re.compile(rf"((?:[^,'\"]|{_WORDS})*)(,|\Z)")
# The separator of a dense row: a comma or a tab, with the blanks around it.
_SEPARATOR = r"\s*,\s*|\s*\t\s*"
_SEPARATORS = re.compile(rf"(?<!\s)(?:{_SEPARATOR})")
_TAB_FIELD = re.compile(rf"((?:[^,\t'\"]|{_WORDS})*)({_SEPARATOR}|\Z)")
_BEFORE_COMMENT = re.compile(rf"(?:[^%'\"]|{_WORDS}|(?<!\s)%)*")
_QUOTED = re.compile(QUOTED)

_GZIP = b"\x1f\x8b"  # The first bytes of a file that gzip has compressed.
_LONGEST_BEGIN = 8

_ESCAPED = {"n": "\n", "r": "\r", "t": "\t"}


def meaningful_lines(
    path: str | os.PathLike[str], *, any_encoding: bool = False
) -> Iterator[tuple[int, str]]:
    """Reads the lines of a file that are neither empty nor a comment.

    Args:
      path: The file, which gzip may have compressed, whatever its name.
      any_encoding: Whether characters that are not UTF-8 are replaced, not refused.

    Yields:
      The number of the line, counted from 1, and its text without surrounding blanks
      and comment.

    Raises:
      DataError: The file cannot be read or unpacked, or a line is not UTF-8.
    """
    errors = "replace" if any_encoding else "surrogateescape"
    try:
        with _open(path, errors) as file:
            for number, line in enumerate(file, start=1):
                line = line.strip()
                if not line or line.startswith("%"):
                    continue
                if not _is_unicode(line):
                    raise DataError(
                        f"{path}, line {number}: not UTF-8; save the file in that "
                        "encoding"
                    )
                yield number, _without_comment(line)
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise DataError(
            f"{path} is a damaged gzip file ({error}): fetch it again"
        ) from error
    except OSError as error:
        raise DataError(f"{path} cannot be read ({error.strerror})") from error


def require_file(path: str | os.PathLike[str]) -> None:
    """Refuses a pipe or a device: a run reads its files several times.

    Args:
      path: The path of a file.

    Raises:
      DataError: It is another thing, or there is none.
    """
    try:
        mode = os.stat(path).st_mode
    except OSError as error:
        raise DataError(f"{path} cannot be read ({error.strerror})") from error
    if not stat.S_ISREG(mode) and not stat.S_ISDIR(mode):
        raise DataError(f"{path} is not a file on a disk: save its content in one")


def split(text: str) -> list[str]:
    """Splits a text at the commas outside of quotes.

    Args:
      text: The text.

    Returns:
      The parts, without surrounding blanks.

    Raises:
      ValueError: A quote is not closed.
    """
    if "'" not in text and '"' not in text:
        return [part.strip() for part in text.split(",")]
    return _split_quoted(text, _FIELD)


def split_row(text: str) -> list[str]:
    """Splits a dense row at the commas and tabs outside of quotes.

    Args:
      text: The row. A tab beside a comma, or beside another tab, separates nothing
        more, as in Weka.

    Returns:
      The parts, without surrounding blanks.

    Raises:
      ValueError: A quote is not closed.
    """
    if "\t" not in text:
        return split(text)
    if "'" not in text and '"' not in text:
        return _SEPARATORS.split(text.strip())
    return _split_quoted(text.strip(), _TAB_FIELD)


def unquote(word: str) -> str:
    r"""Removes the quotes around a word, and the backslashes (`\'`) between them.

    Args:
      word: The word; one without quotes is returned unchanged.

    Raises:
      ValueError: The word begins with a quote and does not end with it.
    """
    if word[:1] not in ("'", '"'):
        return word
    if not _QUOTED.fullmatch(word):
        raise ValueError("a quote does not enclose the whole word")
    return re.sub(r"\\(.)", lambda match: _ESCAPED.get(match[1], match[1]), word[1:-1])


@contextlib.contextmanager
def _open(path: str | os.PathLike[str], errors: str) -> Iterator[TextIO]:
    require_file(path)
    with contextlib.ExitStack() as stack:
        file = stack.enter_context(open(path, "rb"))
        content: io.BufferedReader | gzip.GzipFile = file
        begin = file.peek(_LONGEST_BEGIN)
        kind = explain_first_bytes(begin)
        if kind is not None:
            raise DataError(f"{path} {kind}")
        if begin.startswith(_GZIP):
            content = stack.enter_context(gzip.GzipFile(fileobj=file))
        yield stack.enter_context(
            io.TextIOWrapper(
                cast(IO[bytes], content), encoding="utf-8-sig", errors=errors
            )
        )


def _split_quoted(text: str, field: re.Pattern[str]) -> list[str]:
    """Splits a text with quotes into the fields that a pattern and separator match."""
    parts, begin, separator = [], 0, ","
    while separator:
        match = field.match(text, begin)
        if match is None:
            raise ValueError("a quote is not closed")
        part, separator = match.groups()
        parts.append(part.strip())
        begin = match.end()
    return parts


def _is_unicode(line: str) -> bool:
    if line.isascii():
        return True
    try:
        line.encode()
    except UnicodeEncodeError:
        return False
    return True


def _without_comment(line: str) -> str:
    """Returns the line up to a `%` that follows a blank, outside of quotes."""
    if "%" not in line:
        return line
    kept = _BEFORE_COMMENT.match(line)
    if kept is None or not line.startswith("%", kept.end()):
        return line
    return kept[0].rstrip()
