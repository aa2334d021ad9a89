"""Standardization of features by mean and deviation of the training rows."""

import dataclasses
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from ldrsp_tf.models.preprocessing import StandardizeFeatures


@dataclasses.dataclass(frozen=True)
class Standardization:
    """A linear map of each feature.

    Attributes:
      columns: Indices of the standardized columns, `[S]`; the others stay as they are.
      mean: Means to subtract from them, `[S]`.
      deviation: Standard deviations to divide them by, `[S]`.
    """

    columns: np.ndarray
    mean: np.ndarray
    deviation: np.ndarray

    @classmethod
    def of(cls, choice: str, features: np.ndarray) -> "Standardization":
        """Returns the standardization that training rows call for.

        Args:
          choice: One of `tag_config.STANDARDIZATIONS`: `auto` takes the columns with a
            value outside 0 and 1, `all` takes all, `none` none.
          features: The features of the training rows, `[N, F]`.
        """
        low, high = features.min(0), features.max(0)
        chosen = {
            "auto": (low < 0) | (high > 1),
            "none": np.zeros(len(low), bool),
            "all": np.ones(len(low), bool),
        }
        columns = np.flatnonzero(chosen[choice])
        values = features[:, columns].astype(np.float64)
        # A constant has no deviation, whatever rounding makes of it.
        varies = low[columns] < high[columns]
        return cls(columns, values.mean(0), np.where(varies, values.std(0), 1.0))

    def require_fit(self, columns: int) -> None:
        """Refuses what no rows of so many columns can have called for.

        Args:
          columns: F, the number of all columns.

        Raises:
          ValueError: There is another number of means or deviations than of columns to
            standardize, a column that is not there, or a deviation that is no divisor.
        """
        number = len(self.columns)
        shapes = self.columns.shape, self.mean.shape, self.deviation.shape
        if shapes != ((number,),) * 3:
            raise ValueError(f"columns, means and deviations of shapes {shapes}")
        if not np.isin(self.columns, np.arange(columns)).all():
            raise ValueError(f"columns {self.columns} of {columns}")
        if not (np.isfinite(self.mean).all() and (self.deviation > 0).all()):
            raise ValueError("a mean or deviation out of bounds")

    def network(self, columns: int) -> "StandardizeFeatures | None":
        """Returns it as a Keras model; None if no column is standardized.

        Args:
          columns: F, the number of all columns.
        """
        if not len(self.columns):
            return None
        # Tasks are listed without TensorFlow, which Keras models need.
        from ldrsp_tf.models.preprocessing import StandardizeFeatures

        mean, deviation = np.zeros(columns), np.ones(columns)
        mean[self.columns], deviation[self.columns] = self.mean, self.deviation
        return StandardizeFeatures(tuple(mean.tolist()), tuple(deviation.tolist()))
