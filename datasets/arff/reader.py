"""Reader of multi-label ARFF files.

Attributes are numeric or nominal. A numeric or binary one (`{0,1}`) becomes one column,
any other nominal one a column of 0 and 1 for each of its values. In a sparse row, an
attribute that is not named is 0, or the first of its values, as for Weka.
"""

import dataclasses
import os
from collections.abc import Collection, Sequence

import numpy as np

from datasets.arff.header import Attribute, Header, parse_header
from datasets.arff.rows import Entries, read_blocks
from datasets.arff.text import meaningful_lines
from datasets.errors import DataError


@dataclasses.dataclass(frozen=True)
class ArffData:
    """The rows of one ARFF file.

    Attributes:
      features: [N, F], uint8 where every value is 0 or 1, float32 otherwise.
      labels: [N, L] of 0 and 1, uint8.
      feature_names: the F names, in the order of the file.
      label_names: the L names, in the order that the caller gave.
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
    any_encoding: bool = False,
) -> ArffData:
    """Reads a multi-label ARFF file.

    Args:
      path: the file.
      labels: names of the attributes that are labels.
      ignored: names of attributes whose values are passed over, whatever they are; all
        others are features.
      any_encoding: whether characters that are not UTF-8 are replaced, not refused.

    Returns:
      The features [N, F] and the labels [N, L].

    Raises:
      DataError: the file breaks the format; the message names the line.
    """
    lines = meaningful_lines(path, any_encoding=any_encoding)
    header = parse_header(path, lines)
    label_columns = _find_labels(path, header, labels)
    attributes: list[Attribute | None] = list(header.attributes)
    for column in label_columns:
        attributes[column] = _label(path, header.attributes[column])
    passed_over = [i for i, name in enumerate(header.names) if name in set(ignored)]
    for column in passed_over:
        attributes[column] = None
    not_features = {*label_columns, *passed_over}
    columns = [i for i in range(len(attributes)) if i not in not_features]
    if not columns:
        raise DataError(f"{path} has no attribute beside the labels to be a feature")
    feature_part = _Part(attributes, columns)
    label_part = _Part(attributes, label_columns)
    blocks = [
        (feature_part.fill(entries), label_part.fill(entries))
        for entries in read_blocks(path, lines, attributes)
    ]
    if not blocks:
        raise DataError(f"{path} has no rows after @data: the file is cut off")
    # One block of float32 makes all features float32.
    features, targets = (np.concatenate(parts) for parts in zip(*blocks))
    return ArffData(features, targets, feature_part.names, label_part.names)


def _find_labels(
    path: str | os.PathLike[str], header: Header, labels: Sequence[str]
) -> list[int]:
    """Returns the number of the attribute that each label is."""
    column = {name: i for i, name in enumerate(header.names)}
    missing = [name for name in labels if name not in column]
    if missing:
        raise DataError(
            f"{path} has no attribute for the label {missing[0]!r}: the file and what "
            "names its labels do not belong together"
        )
    return [column[name] for name in labels]


def _label(path: str | os.PathLike[str], attribute: Attribute) -> Attribute:
    """The attribute, whose values can only be 0 and 1."""
    if attribute.values is None:
        return Attribute(attribute.name, ("0", "1"))
    if not attribute.is_binary:
        raise DataError(
            f"{path}: the label {attribute} does not have the values {{0,1}}; code it "
            "by them"
        )
    return attribute


class _Part:
    """The attributes that become the columns of one array.

    Args:
      attributes: Of the file.
      chosen: The numbers of those of them, in their order in the array.

    Attributes:
      names: Of the W columns.
    """

    def __init__(self, attributes: Sequence[Attribute | None], chosen: Sequence[int]):
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
            row += _unnamed_columns(attribute)
        self._unnamed_row = np.array(row)

    def fill(self, entries: Entries) -> np.ndarray:
        """Returns the rows of a block, [N, W], uint8 where every value is 0 or 1."""
        mine = self._chosen[entries.columns]
        one_hot = mine & self._one_hot[entries.columns]
        single = mine & ~one_hot
        binary = np.isin(entries.values[single], (0, 1)).all()
        array = np.empty(
            [entries.num_rows, len(self.names)], np.uint8 if binary else np.float32
        )
        array[:] = self._unnamed_row
        position = self._position[entries.columns]
        array[entries.rows[single], position[single]] = entries.values[single]
        rows, first = entries.rows[one_hot], position[one_hot]
        array[rows, first] = 0
        array[rows, first + entries.values[one_hot].astype(np.intp)] = 1
        return array


def _unnamed_columns(attribute: Attribute) -> list[float]:
    """What its columns are in a sparse row that does not name it."""
    if attribute.is_one_hot:
        return [1.0] + [0.0] * (len(attribute.values) - 1)
    return [attribute.unnamed]
