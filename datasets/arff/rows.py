"""The rows of an ARFF file as numbers.

Both kinds of rows are read: sparse ones, `{index value, ...}`, and dense ones, `value,
value, ...`. A file is read in blocks of rows: the numbers of one block at a time are in
memory, beside the arrays that they become.
"""

import dataclasses
import itertools
import os
import re
import reprlib
from collections.abc import Callable, Iterable, Iterator, Sequence

import numpy as np

from datasets.arff.header import Attribute
from datasets.arff.text import split, unquote
from datasets.errors import DataError

BLOCK_ROWS = 1024


_LARGEST = float(np.finfo(np.float32).max)


_INSTANCE_WEIGHT = re.compile(r",\s*(\{[^{},]*\})$")


@dataclasses.dataclass(frozen=True)
class Entries:
    """The entries of a block of N rows, one after another.

    An attribute that a row does not name has its `Attribute.unnamed` there.

    Attributes:
      rows: [E] number of the row of the block that the entry is in.
      columns: [E] number of the attribute.
      values: [E] its number, float32: of a nominal one as `Attribute.numbers` has it.
      num_rows: N.
    """

    rows: np.ndarray
    columns: np.ndarray
    values: np.ndarray
    num_rows: int


def read_blocks(
    path: str | os.PathLike[str],
    lines: Iterator[tuple[int, str]],
    attributes: Sequence[Attribute | None],
) -> Iterator[Entries]:
    """Reads the rows of a file.

    Args:
      path: The file, for messages.
      lines: The numbers and texts of the lines after `@data`.
      attributes: The file's; None for one whose values are passed over unread.

    Yields:
      The entries of one block of rows after the other.

    Raises:
      DataError: A row breaks the format; the message names its line.
    """
    parser = _RowParser(attributes)
    while block := list(itertools.islice(lines, BLOCK_ROWS)):
        yield _read_block(path, block, parser)


def _read_block(
    path: str | os.PathLike[str], lines: list[tuple[int, str]], parser: "_RowParser"
) -> Entries:
    columns, values = [], []
    for number, line in lines:
        try:
            row_columns, row_values = parser.parse(line)
        except ValueError as error:
            weight = _INSTANCE_WEIGHT.search(line)
            reason = error if weight is None else _no_weights(weight[1])
            raise DataError(f"{path}, line {number}: {reason}") from error
        columns.append(np.asarray(row_columns, np.int32))
        values.append(np.asarray(row_values, np.float64))
    rows = np.repeat(np.arange(len(lines)), [len(row) for row in columns])
    columns, values = np.concatenate(columns), np.concatenate(values)
    is_number = np.abs(values) <= _LARGEST  # Not so for NaN.
    if not is_number.all():
        first = int(np.argmin(is_number))
        raise DataError(
            f"{path}, line {lines[rows[first]][0]}: {parser.name(columns[first])} is "
            f"{values[first]:g}, which is not finite in single precision"
        )
    return Entries(rows, columns, values.astype(np.float32), len(lines))


def _no_weights(weight: str) -> str:
    return (
        f"ARFF instance weights ({_shown(weight)} after a row) are not supported; "
        "remove them"
    )


class _RowParser:
    """Parses one row at a time: quickly where it is plain, else with care."""

    def __init__(self, attributes: Sequence[Attribute | None]):
        self._attributes = attributes
        self._quick = [_quick_parser(attribute) for attribute in attributes]
        self._zeros_may_be_left_out = not any(
            attribute and (attribute.is_one_hot or attribute.unnamed)
            for attribute in attributes
        )

    def name(self, column: int) -> str:
        """What a message calls an attribute."""
        return f"the attribute {self._attributes[column].name!r}"

    def parse(self, line: str) -> tuple[Sequence[int], Sequence[float]]:
        """The columns that the row names, and their numbers; else ValueError."""
        if line.startswith("{"):
            return self._parse_sparse(line)
        # Reading digits is a tenth of the work of reading numbers.
        if self._zeros_may_be_left_out:
            ones = _find_ones(line, len(self._attributes))
            if ones is not None:
                return ones, np.ones(len(ones))
        return self._parse_dense(line)

    def _parse_dense(self, line: str) -> tuple[Sequence[int], Sequence[float]]:
        words = split(line)
        if len(words) != len(self._attributes):
            raise ValueError(
                f"{len(words)} values in a row for {len(self._attributes)} attributes"
            )
        columns = range(len(words))
        return columns, self._numbers(line, columns, words)

    def _parse_sparse(self, line: str) -> tuple[Sequence[int], Sequence[float]]:
        if not line.endswith("}"):
            raise ValueError("a sparse row must end with '}'")
        body = line[1:-1].strip()
        if not body:
            return [], []
        pairs = [pair.split(None, 1) for pair in split(body)]
        if any(len(pair) != 2 for pair in pairs):
            raise ValueError("a sparse row must be made of 'index value' pairs")
        indices, words = zip(*pairs)
        columns = self._columns(indices)
        return columns, self._numbers(line, columns, words)

    def _columns(self, indices: Sequence[str]) -> list[int]:
        count = len(self._attributes)
        for index in indices:
            # A number of so many digits cannot be one of the attributes.
            if not index.isdecimal() or len(index) > 9 or int(index) >= count:
                raise ValueError(
                    f"index {_shown(index)} is not one of the {count} attributes, "
                    "which count from 0"
                )
        columns = [int(index) for index in indices]
        if len(set(columns)) < len(columns):
            twice = next(column for column in columns if columns.count(column) > 1)
            raise ValueError(f"index {twice} twice")
        return columns

    def _numbers(
        self, line: str, columns: Iterable[int], words: Iterable[str]
    ) -> list[float]:
        # Python's float takes 1_0 for a number.
        if "_" not in line:
            try:
                return [self._quick[i](word) for i, word in zip(columns, words)]
            except (ValueError, KeyError):
                pass  # Quoted, or wrong: what follows knows.
        return [_parse_word(self._attributes[i], w) for i, w in zip(columns, words)]


def _find_ones(line: str, num_attributes: int) -> np.ndarray | None:
    """Returns the columns of the ones of a row `0,1,0,...`; None for any other row."""
    characters = np.frombuffer(line.encode(), np.uint8)
    if len(characters) != 2 * num_attributes - 1:
        return None
    digits, separators = characters[0::2], characters[1::2]
    is_one = digits == ord("1")
    binary = (is_one | (digits == ord("0"))).all() and (separators == ord(",")).all()
    return np.flatnonzero(is_one).astype(np.int32) if binary else None


def _quick_parser(attribute: Attribute | None) -> Callable[[str], float]:
    """What parses a value that is not quoted; it raises where it is none."""
    if attribute is None:
        return lambda word: 0.0
    return float if attribute.values is None else attribute.numbers.__getitem__


def _parse_word(attribute: Attribute | None, word: str) -> float:
    """The number of a value; ValueError says what it should be."""
    if attribute is None:
        return 0.0
    what = f"the attribute {attribute.name!r}"
    if word == "?":
        raise ValueError(
            f"{what} is missing ('?'); fill it in, or remove the row or the attribute"
        )
    value = unquote(word)
    if attribute.values is None:
        number = _parse_number(value)
        if number is None:
            raise ValueError(f"{what} is {_shown(value)}, which is not a number")
        return number
    numbers = attribute.numbers
    if value in numbers:
        return numbers[value]
    # 1.0 is as good as 1.
    number = _parse_number(value)
    if not attribute.is_binary or number not in (0, 1):
        raise ValueError(
            f"{what} is {_shown(value)}, which is not one of its values "
            f"{attribute.listed_values}"
        )
    return number


def _parse_number(text: str) -> float | None:
    if "_" in text:
        return None
    try:
        return float(text)
    except ValueError:
        return None


def _shown(word: str) -> str:
    """A word as a message has it: a number as it is, anything else short and quoted."""
    return word if re.fullmatch(r"[-+.\deE]{1,30}", word) else reprlib.repr(word)
