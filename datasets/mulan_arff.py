"""Reader of Mulan's multi-label ARFF files and of the XML files that list their labels.

Both kinds of rows are read: sparse ones, `{index value, ...}` with 0 for what is not
named, and dense ones, `value, value, ...`. Attributes are numeric or binary (`{0,1}`).
A file is read in blocks of rows: the numbers of one block at a time are in memory,
beside the small arrays that they become.
"""

import dataclasses
import itertools
import os
import re
from collections.abc import Iterator, Sequence
from typing import TextIO
from xml.etree import ElementTree

import numpy as np

from datasets.errors import DataError

_ATTRIBUTE = re.compile(
    r"@attribute\s+(?:'(?P<single>[^']*)'|\"(?P<double>[^\"]*)\"|(?P<bare>[^\s{]+))"
    r"\s*(?P<kind>\{.*\}|\w+)\s*$",
    re.IGNORECASE,
)
_NUMERIC_KINDS = frozenset({"numeric", "real", "integer"})
_BLOCK_ROWS = 1024


@dataclasses.dataclass(frozen=True)
class ArffData:
    """The rows of one ARFF file.

    Attributes:
      features: [N, F], uint8 where every value is 0 or 1, float32 otherwise.
      labels: [N, L] of 0 and 1, uint8.
      feature_names: the F names, in the order of the file.
      label_names: the L names, in the order that the caller gave, else of the file.
    """

    features: np.ndarray
    labels: np.ndarray
    feature_names: list[str]
    label_names: list[str]


@dataclasses.dataclass(frozen=True)
class _Entries:
    """The entries of a block of N rows, one after another; what is not named is 0.

    Attributes:
      rows: [E] number of the row of the block that the entry is in.
      columns: [E] number of the attribute.
      values: [E] its value.
      lines: [N] number of the line in the file where each row stands.
    """

    rows: np.ndarray
    columns: np.ndarray
    values: np.ndarray
    lines: np.ndarray


@dataclasses.dataclass(frozen=True)
class _Columns:
    """Where the attributes of a file go.

    Attributes:
      names: the names of the F + L attributes.
      labels: [L] number of the attribute that each label is.
      is_label: [F + L] whether the attribute is a label.
      position: [F + L] column of the attribute among the features, or the labels.
    """

    names: list[str]
    labels: np.ndarray
    is_label: np.ndarray
    position: np.ndarray


def read_labels_xml(path: str | os.PathLike[str]) -> list[str]:
    """Returns the names of the labels that a Mulan XML file lists, in its order."""
    try:
        root = ElementTree.parse(path).getroot()
    except ElementTree.ParseError as error:
        raise DataError(f"{path} is not XML ({error}): fetch it again") from error
    elements = (e for e in root.iter() if e.tag.rpartition("}")[2] == "label")
    names = [element.get("name", "") for element in elements]
    if not names or "" in names:
        raise DataError(f'{path} lists no labels of the form <label name="...">')
    _require_unique(names, f"{path} lists the label")
    return names


def read_arff(path: str | os.PathLike[str], labels: Sequence[str] | int) -> ArffData:
    """Reads a multi-label ARFF file.

    Args:
      path: the file.
      labels: names of the attributes that are labels, or how many of the last
        attributes are; all others are features.

    Returns:
      The features [N, F] and the labels [N, L].

    Raises:
      DataError: the file breaks the format; the message names the line.
    """
    # A name in another encoding still has to be read; a damaged row is reported below.
    with open(path, encoding="utf-8", errors="replace") as file:
        lines = _meaningful_lines(file)
        attributes = _read_header(path, lines)
        columns = _arrange(path, attributes, labels)
        blocks = [
            _split_labels(path, entries, columns)
            for entries in _read_blocks(path, lines, len(attributes))
        ]
    if not blocks:
        raise DataError(f"{path} has no rows after @data: the file is cut off")
    # One block of float32 makes all features float32.
    features, targets = (np.concatenate(parts) for parts in zip(*blocks))
    return ArffData(
        features=features,
        labels=targets,
        feature_names=[attributes[i] for i in np.flatnonzero(~columns.is_label)],
        label_names=[attributes[i] for i in columns.labels],
    )


def _meaningful_lines(file: TextIO) -> Iterator[tuple[int, str]]:
    for number, line in enumerate(file, start=1):
        line = line.strip()
        if line and not line.startswith("%"):
            yield number, line


def _read_header(
    path: str | os.PathLike[str], lines: Iterator[tuple[int, str]]
) -> list[str]:
    """Consumes the lines up to `@data` and returns the names of the attributes."""
    names = []
    for number, line in lines:
        keyword = line.split(maxsplit=1)[0].lower()
        if keyword == "@data":
            _require_unique(names, f"{path} declares the attribute")
            return names
        if keyword == "@attribute":
            names.append(_attribute_name(f"{path}, line {number}", line))
        elif keyword != "@relation":
            raise DataError(f"{path}, line {number}: {keyword!r} before @data")
    raise DataError(f"{path} has no @data line: the file is cut off or is not ARFF")


def _attribute_name(where: str, line: str) -> str:
    match = _ATTRIBUTE.match(line)
    if match is None:
        raise DataError(f"{where}: not of the form '@attribute name type'")
    kind = re.sub(r"[\s'\"]", "", match["kind"]).lower()
    if kind not in _NUMERIC_KINDS and kind not in {"{0,1}", "{1,0}"}:
        raise DataError(f"{where}: type {match['kind']} is neither numeric nor {{0,1}}")
    names = match.group("single", "double", "bare")
    return next(name for name in names if name is not None)


def _require_unique(names: list[str], what: str) -> None:
    if len(set(names)) < len(names):
        name = next(name for name in names if names.count(name) > 1)
        raise DataError(f"{what} {name!r} twice")


def _read_blocks(
    path: str | os.PathLike[str],
    lines: Iterator[tuple[int, str]],
    num_attributes: int,
) -> Iterator[_Entries]:
    while block := list(itertools.islice(lines, _BLOCK_ROWS)):
        yield _read_rows(path, block, num_attributes)


def _read_rows(
    path: str | os.PathLike[str],
    lines: list[tuple[int, str]],
    num_attributes: int,
) -> _Entries:
    columns, values = [], []
    for number, line in lines:
        parse = _parse_sparse_row if line.startswith("{") else _parse_dense_row
        try:
            row_columns, row_values = parse(line, num_attributes)
        except ValueError as error:
            raise DataError(f"{path}, line {number}: {error}") from error
        columns.append(row_columns)
        values.append(row_values)
    return _Entries(
        rows=np.repeat(np.arange(len(lines)), [len(row) for row in columns]),
        columns=np.concatenate(columns),
        values=np.concatenate(values),
        lines=np.array([number for number, _ in lines]),
    )


def _parse_sparse_row(line: str, num_attributes: int) -> tuple[np.ndarray, np.ndarray]:
    if not line.endswith("}"):
        raise ValueError("a sparse row must end with '}'")
    body = line[1:-1].strip()
    numbers = _parse_numbers(body.replace(",", " "), " ")
    num_pairs = body.count(",") + 1 if body else 0
    if len(numbers) != 2 * num_pairs:
        raise ValueError("a sparse row must be made of 'index value' pairs")
    indices, values = numbers[0::2], numbers[1::2]
    _check_indices(indices, num_attributes)
    return indices.astype(np.int32), values.astype(np.float32)


def _check_indices(indices: np.ndarray, num_attributes: int) -> None:
    valid = (indices >= 0) & (indices < num_attributes) & (indices % 1 == 0)
    if not valid.all():
        raise ValueError(
            f"index {indices[np.argmin(valid)]:g} is not one of the {num_attributes} "
            "attributes, which count from 0"
        )
    # Indices are written in order, which makes the search unnecessary almost always.
    if not (np.diff(indices) > 0).all():
        unique, counts = np.unique(indices, return_counts=True)
        if (counts > 1).any():
            raise ValueError(f"index {unique[np.argmax(counts)]:g} twice")


def _parse_dense_row(line: str, num_attributes: int) -> tuple[np.ndarray, np.ndarray]:
    # Reading digits is a tenth of the work of reading numbers.
    ones = _find_ones(line, num_attributes)
    if ones is not None:
        return ones, np.ones(len(ones), np.float32)
    numbers = _parse_numbers(line, ",")
    if len(numbers) != num_attributes:
        raise ValueError(
            f"{len(numbers)} values in a row for {num_attributes} attributes"
        )
    columns = np.flatnonzero(numbers).astype(np.int32)
    return columns, numbers[columns].astype(np.float32)


def _find_ones(line: str, num_attributes: int) -> np.ndarray | None:
    """Returns the columns of the ones of a row `0,1,0,...`; None for any other row."""
    characters = np.frombuffer(line.encode(), np.uint8)
    if len(characters) != 2 * num_attributes - 1:
        return None
    digits, separators = characters[0::2], characters[1::2]
    is_one = digits == ord("1")
    binary = (is_one | (digits == ord("0"))).all() and (separators == ord(",")).all()
    return np.flatnonzero(is_one).astype(np.int32) if binary else None


def _parse_numbers(text: str, separator: str) -> np.ndarray:
    if not text:
        return np.zeros([0])
    try:
        numbers = np.fromstring(text, sep=separator)
    except ValueError as error:
        raise ValueError("the row holds something that is not a number") from error
    if not np.isfinite(numbers).all():
        raise ValueError("the row holds a value that is not finite")
    return numbers


def _arrange(
    path: str | os.PathLike[str], attributes: list[str], labels: Sequence[str] | int
) -> _Columns:
    """Says which attributes are labels, given by name or as the last ones."""
    if isinstance(labels, int):
        label_columns = np.arange(len(attributes))[-labels:]
    else:
        label_columns = _find_labels(path, attributes, labels)
    is_label = np.zeros(len(attributes), bool)
    is_label[label_columns] = True
    position = np.cumsum(~is_label) - 1
    position[label_columns] = np.arange(len(label_columns))
    return _Columns(attributes, label_columns, is_label, position)


def _find_labels(
    path: str | os.PathLike[str], attributes: list[str], labels: Sequence[str]
) -> np.ndarray:
    """Returns the number of the attribute that each label is, [L]."""
    column = {name: i for i, name in enumerate(attributes)}
    missing = [name for name in labels if name not in column]
    if missing:
        raise DataError(
            f"{path} has no attribute for the label {missing[0]!r}: take the .xml file "
            "that belongs to it"
        )
    return np.array([column[name] for name in labels], np.intp)


def _split_labels(
    path: str | os.PathLike[str], entries: _Entries, columns: _Columns
) -> tuple[np.ndarray, np.ndarray]:
    """Returns the features [N, F] and the labels [N, L] of a block."""
    of_label = columns.is_label[entries.columns]  # [E]
    _check_label_values(path, entries, of_label, columns.names)
    binary = np.isin(entries.values[~of_label], (0, 1)).all()
    num_rows, num_labels = len(entries.lines), len(columns.labels)
    features = np.zeros(
        [num_rows, len(columns.names) - num_labels], np.uint8 if binary else np.float32
    )
    targets = np.zeros([num_rows, num_labels], np.uint8)
    for block, chosen in ((features, ~of_label), (targets, of_label)):
        block_columns = columns.position[entries.columns[chosen]]
        block[entries.rows[chosen], block_columns] = entries.values[chosen]
    return features, targets


def _check_label_values(
    path: str | os.PathLike[str],
    entries: _Entries,
    of_label: np.ndarray,
    attributes: list[str],
) -> None:
    wrong = of_label & ~np.isin(entries.values, (0, 1))
    if wrong.any():
        first = int(np.argmax(wrong))
        raise DataError(
            f"{path}, line {entries.lines[entries.rows[first]]}: the label "
            f"{attributes[entries.columns[first]]!r} is {entries.values[first]:g}, "
            "which is neither 0 nor 1"
        )
