"""Reader of multi-label ARFF files.

Attributes are numeric or nominal. A numeric or binary one (`{0,1}`) becomes one column,
any other nominal one a column of 0 and 1 for each of its values. An attribute that a
sparse row leaves out is 0, or the first of its values, as in Weka. Labels have two
values; `labels` tells which of them means 1.
"""

import dataclasses
import os
from collections.abc import Collection, Sequence

import numpy as np

from datasets.arff.header import Attribute, Header, parse_header
from datasets.arff.labels import as_label
from datasets.arff.rows import Entries, read_blocks
from datasets.arff.text import meaningful_lines
from datasets.errors import DataError


@dataclasses.dataclass(frozen=True)
class ArffData:
    """The rows of one ARFF file.

    Attributes:
      features: The features, `[N, F]`, uint8 if every value is 0 or 1, else float32.
      labels: The labels, `[N, L]` of 0 and 1, uint8.
      feature_names: The F names of the features, in the order of the file.
      label_names: The L names of the labels, in the order requested by the caller.
    """

    features: np.ndarray
    labels: np.ndarray
    feature_names: list[str]
    label_names: list[str]


def read_arff(
    path: str | os.PathLike[str],
    labels: Sequence[str],
    *,
    ignored: Collection[str] = (),
    binary: Collection[str] = (),
    any_encoding: bool = False,
) -> ArffData:
    """Reads a multi-label ARFF file.

    Args:
      path: The file.
      labels: The names of the attributes that are labels.
      ignored: The names of attributes whose values are skipped without being parsed;
        the attributes in neither list are the features.
      binary: The names of numeric attributes that must have the values 0 and 1 alone.
      any_encoding: Whether characters that are not UTF-8 are replaced, not refused.

    Returns:
      The features `[N, F]` and the labels `[N, L]`, with their names.

    Raises:
      DataError: The file cannot be read or is malformed; the message names the line.
    """
    lines = meaningful_lines(path, any_encoding=any_encoding)
    header = parse_header(path, lines)
    label_columns = _find_labels(path, header, labels)
    attributes = list(header.attributes)
    for column in label_columns:
        attributes[column] = as_label(path, attributes[column])
    of_digits = set(binary)
    for column, attribute in enumerate(attributes):
        if attribute.is_numeric and attribute.name in of_digits:
            attributes[column] = Attribute(attribute.name, ("0", "1"))
    ignored_columns = {i for i, name in enumerate(header.names) if name in set(ignored)}
    not_features = {*label_columns, *ignored_columns}
    columns = [i for i in range(len(attributes)) if i not in not_features]
    if not columns:
        raise DataError(f"{path} has no attribute beside the labels to be a feature")
    feature_encoder = _Encoder(attributes, columns)
    label_encoder = _Encoder(attributes, label_columns)
    blocks = [
        (feature_encoder.encode(entries), label_encoder.encode(entries))
        for entries in read_blocks(path, lines, attributes, ignored_columns)
    ]
    if not blocks:
        raise DataError(f"{path} has no rows after @data: the file is cut off")
    # A single block of float32 makes all features float32.
    features, targets = (np.concatenate(parts) for parts in zip(*blocks))
    return ArffData(features, targets, feature_encoder.names, label_encoder.names)


def _find_labels(
    path: str | os.PathLike[str], header: Header, labels: Sequence[str]
) -> list[int]:
    """Returns the index of each label's attribute."""
    column = {name: i for i, name in enumerate(header.names)}
    missing = [name for name in labels if name not in column]
    if missing:
        raise DataError(
            f"{path} has no attribute for the label {missing[0]!r}: the file and the "
            "list of its labels do not belong together; give those of one data set"
        )
    return [column[name] for name in labels]


class _Encoder:
    """The encoding of some attributes as the columns of one array.

    Args:
      attributes: The attributes of the file.
      chosen: The indices of the encoded ones, in their order in the array.

    Attributes:
      names: The names of the W columns.
    """

    def __init__(self, attributes: Sequence[Attribute], chosen: Sequence[int]):
        self.names: list[str] = []
        self._chosen = np.zeros(len(attributes), bool)
        self._one_hot = np.zeros(len(attributes), bool)
        self._position = np.zeros(len(attributes), np.intp)
        row: list[float] = []
        for i in chosen:
            attribute = attributes[i]
            self._chosen[i] = True
            self._one_hot[i] = attribute.is_one_hot
            self._position[i] = len(self.names)
            self.names += attribute.column_names
            row += _default_columns(attribute)
        self._default_row = np.array(row)

    def encode(self, entries: Entries) -> np.ndarray:
        """Returns the rows of a block, `[N, W]`.

        They are uint8 if every value of the block is 0 or 1, else float32.
        """
        mine = self._chosen[entries.columns]
        one_hot = mine & self._one_hot[entries.columns]
        single = mine & ~one_hot
        binary = np.isin(entries.values[single], (0, 1)).all()
        array = np.empty(
            [entries.num_rows, len(self.names)], np.uint8 if binary else np.float32
        )
        array[:] = self._default_row
        position = self._position[entries.columns]
        array[entries.rows[single], position[single]] = entries.values[single]
        rows, first = entries.rows[one_hot], position[one_hot]
        array[rows, first] = 0
        array[rows, first + entries.values[one_hot].astype(np.intp)] = 1
        return array


def _default_columns(attribute: Attribute) -> list[float]:
    """Returns the columns of an attribute in a sparse row that leaves it out."""
    if attribute.is_one_hot:
        return [1.0] + [0.0] * (len(attribute.values) - 1)
    return [attribute.sparse_default]
