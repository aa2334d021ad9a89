"""The ranges of attributes, of which single precision may leave nothing."""

import os
import warnings
from collections.abc import Sequence

import numpy as np

from datasets.arff.header import Attribute


class LostDigitsWarning(UserWarning):
    """A warning that an attribute varies, but by too little for single precision."""


class Ranges:
    """The smallest and the largest value of each attribute, in double precision.

    Args:
      attributes: The attributes of the file.
    """

    def __init__(self, attributes: Sequence[Attribute]):
        self._attributes = attributes
        self._low = np.full(len(attributes), np.inf)
        self._high = np.full(len(attributes), -np.inf)
        self._stated = np.zeros(len(attributes), np.intp)
        self._rows = 0

    def add(self, columns: np.ndarray, values: np.ndarray, num_rows: int) -> None:
        """Adds the entries of a block of rows.

        Args:
          columns: The index of each entry's attribute, `[E]`.
          values: The number of each entry, `[E]`, in double precision.
          num_rows: The number of rows of the block.
        """
        np.minimum.at(self._low, columns, values)
        np.maximum.at(self._high, columns, values)
        self._stated += np.bincount(columns, minlength=len(self._attributes))
        self._rows += num_rows

    def warn_of_lost_digits(self, path: str | os.PathLike[str]) -> None:
        """Warns of an attribute whose values are one number in single precision.

        Args:
          path: The file, for the message.
        """
        # A row that leaves an attribute out has another value of it: 0.
        varies = (self._low < self._high) & (self._stated == self._rows)
        single = self._low.astype(np.float32)
        lost = varies & (single == self._high.astype(np.float32)) & (single != 0)
        if lost.any():
            first = int(np.argmax(lost))
            more = f" (and {lost.sum() - 1} more)" if lost.sum() > 1 else ""
            warnings.warn(
                f"{path}: the attribute {self._attributes[first].name!r} varies from "
                f"{self._low[first]} to {self._high[first]}, which is one number in "
                "single precision: subtract an offset, the same one in all files, or "
                f"remove it{more}",
                LostDigitsWarning,
                stacklevel=2,
            )
