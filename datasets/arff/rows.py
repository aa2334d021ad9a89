"""The rows of an ARFF file as numbers.

Rows may be sparse, `{index value, ...}`, or dense, `value, value, ...`, with commas or
tabs between the values. They are read in blocks, so that the entries of only one block
are in memory beside the final arrays.
"""

import dataclasses
import functools
import itertools
import os
import re
import reprlib
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence

import numpy as np
import numpy.typing as npt

from datasets.arff.header import Attribute
from datasets.arff.ranges import Ranges
from datasets.arff.text import split, split_row, unquote
from datasets.errors import DataError

BLOCK_ROWS = 1024

_LARGEST = float(np.finfo(np.float32).max)

_INSTANCE_WEIGHT = re.compile(r",\s*(\{[^{},]*\})$")


@dataclasses.dataclass(frozen=True)
class Entries:
    """The E entries that a block of N rows states, row by row.

    An attribute that a row leaves out is `Attribute.sparse_default` there.

    Attributes:
      rows: The index in the block of each entry's row, `[E]`.
      columns: The index of each entry's attribute, `[E]`.
      values: The number of each entry, `[E]`, float32; for a nominal value that of
        `Attribute.numbers`.
      num_rows: The number of rows, N.
    """

    rows: np.ndarray
    columns: np.ndarray
    values: np.ndarray
    num_rows: int


def read_blocks(
    path: str | os.PathLike[str],
    lines: Iterator[tuple[int, str]],
    attributes: Sequence[Attribute],
    ignored: Collection[int],
) -> Iterator[Entries]:
    """Reads the rows of a file.

    Args:
      path: The file, for error messages.
      lines: The numbers and texts of the lines after `@data`.
      attributes: The attributes of the file.
      ignored: The indices of attributes whose values are not parsed and read as 0.

    Yields:
      The entries of each block of rows, in the order of the file.

    Raises:
      DataError: A row is malformed; the message names its line.
    """
    parser, ranges = _RowParser(attributes, ignored), Ranges(attributes)
    while block := list(itertools.islice(lines, BLOCK_ROWS)):
        yield _read_block(path, block, parser, ranges)
    ranges.warn_of_lost_digits(path)


def _read_block(
    path: str | os.PathLike[str],
    lines: list[tuple[int, str]],
    parser: "_RowParser",
    ranges: Ranges,
) -> Entries:
    row_columns, row_values = [], []
    for number, line in lines:
        try:
            columns_of_line, values_of_line = parser.parse(line)
        except ValueError as error:
            weight = _INSTANCE_WEIGHT.search(line)
            reason = error if weight is None else _no_weights(weight[1])
            raise DataError(f"{path}, line {number}: {reason}") from error
        row_columns.append(np.asarray(columns_of_line, np.int32))
        row_values.append(np.asarray(values_of_line, np.float64))
    rows = np.repeat(np.arange(len(lines)), [len(row) for row in row_columns])
    columns, values = np.concatenate(row_columns), np.concatenate(row_values)
    is_finite = np.abs(values) <= _LARGEST  # False for NaN.
    if not is_finite.all():
        first = int(np.argmin(is_finite))
        raise DataError(
            f"{path}, line {lines[rows[first]][0]}: {parser.name(columns[first])} is "
            f"{values[first]:g}, which is not finite in single precision"
        )
    ranges.add(columns, values, len(lines))
    return Entries(rows, columns, values.astype(np.float32), len(lines))


def _no_weights(weight: str) -> str:
    return (
        f"ARFF instance weights ({_shown(weight)} after a row) are not supported; "
        "remove them"
    )


class _RowParser:
    """Parser of single rows, with fast paths for rows without quotes.

    Args:
      attributes: The attributes of the file.
      ignored: The indices of attributes whose values are not parsed and read as 0.
    """

    def __init__(self, attributes: Sequence[Attribute], ignored: Collection[int]):
        self._attributes = attributes
        self._parsers = [
            _read_as_zero if i in ignored else functools.partial(_parse_word, attribute)
            for i, attribute in enumerate(attributes)
        ]
        self._fast_parsers = [
            _read_as_zero if i in ignored else _fast_parser(attribute)
            for i, attribute in enumerate(attributes)
        ]
        self._zeros_may_be_left_out = not any(
            attribute.sparse_default
            or not (attribute.is_numeric or attribute.has_digits)
            for i, attribute in enumerate(attributes)
            if i not in ignored
        )

    def name(self, column: int) -> str:
        """Returns the name of an attribute for error messages."""
        return f"the attribute {self._attributes[column].name!r}"

    def parse(self, line: str) -> tuple[npt.ArrayLike, npt.ArrayLike]:
        """Parses a row.

        Args:
          line: The text of the row.

        Returns:
          The indices of the attributes that the row states, and their numbers.

        Raises:
          ValueError: The row is malformed.
        """
        if line.startswith("{"):
            return self._parse_sparse(line)
        # Comparing digits takes a tenth of the time of parsing numbers.
        if self._zeros_may_be_left_out:
            ones = _find_ones(line, len(self._attributes))
            if ones is not None:
                return ones, np.ones(len(ones))
        return self._parse_dense(line)

    def _parse_dense(self, line: str) -> tuple[npt.ArrayLike, npt.ArrayLike]:
        words = split_row(line)
        if len(words) != len(self._attributes):
            raise ValueError(
                f"{len(words)} values in a row for {len(self._attributes)} attributes"
            )
        columns = range(len(words))
        return columns, self._numbers(line, columns, words)

    def _parse_sparse(self, line: str) -> tuple[npt.ArrayLike, npt.ArrayLike]:
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
            # An index of more than 9 digits exceeds any number of attributes.
            if not index.isdecimal() or len(index) > 9 or int(index) >= count:
                raise ValueError(
                    f"index {_shown(index)} is not one of the {count} attributes, "
                    "which count from 0"
                )
        columns = [int(index) for index in indices]
        if len(set(columns)) < len(columns):
            twice = next(column for column in columns if columns.count(column) > 1)
            raise ValueError(f"index {twice} twice; name each attribute once")
        return columns

    def _numbers(
        self, line: str, columns: Iterable[int], words: Iterable[str]
    ) -> list[float]:
        # Python's float accepts 1_0 as a number.
        if "_" not in line:
            try:
                return [self._fast_parsers[i](word) for i, word in zip(columns, words)]
            except (ValueError, KeyError):
                pass  # Quoted or malformed: the full parsers tell which.
        return [self._parsers[i](word) for i, word in zip(columns, words)]


def _find_ones(line: str, num_attributes: int) -> np.ndarray | None:
    """Returns the columns of the ones in a row `0,1,0,...`, or None for other rows."""
    characters = np.frombuffer(line.encode(), np.uint8)
    if len(characters) != 2 * num_attributes - 1:
        return None
    digits, separators = characters[0::2], characters[1::2]
    is_one = digits == ord("1")
    binary = (is_one | (digits == ord("0"))).all() and (separators == ord(",")).all()
    return np.flatnonzero(is_one).astype(np.int32) if binary else None


def _read_as_zero(word: str) -> float:
    """Returns 0 for a value that is not parsed."""
    del word
    return 0.0


def _fast_parser(attribute: Attribute) -> Callable[[str], float]:
    """Returns a parser of unquoted values; it raises ValueError or KeyError."""
    return float if attribute.is_numeric else attribute.numbers.__getitem__


def _parse_word(attribute: Attribute, word: str) -> float:
    """Returns the number of a value, or raises ValueError with the expected values."""
    what = f"the attribute {attribute.name!r}"
    if word == "?":
        raise ValueError(
            f"{what} is missing ('?'); fill it in, or remove the row or the attribute"
        )
    value = unquote(word)
    if attribute.is_numeric:
        number = _parse_number(value)
        if number is None:
            raise ValueError(f"{what} is {_shown(value)}, which is not a number")
        return number
    numbers = attribute.numbers
    if value in numbers:
        return numbers[value]
    # A binary attribute may be written as a number: 1.0 for 1.
    number = _parse_number(value)
    if not attribute.has_digits or number not in (0, 1):
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
    """Formats a word for error messages: quoted and short unless it is a number."""
    return word if re.fullmatch(r"[-+.\deE]{1,30}", word) else reprlib.repr(word)
