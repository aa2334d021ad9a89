"""Standardization of features by mean and deviation of the training rows."""

import dataclasses

import numpy as np


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
          choice: One of `arff_config.STANDARDIZATIONS`: `auto` takes the columns with a
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

    def apply(self, features: np.ndarray) -> np.ndarray:
        """Returns features `[N, F]`, in float32 if any column is standardized."""
        if not len(self.columns):
            return features
        scaled = features.astype(np.float32)
        scaled[:, self.columns] = (
            features[:, self.columns] - self.mean
        ) / self.deviation
        return scaled
