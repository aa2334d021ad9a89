"""Features of mean 0 and variance 1, by what the training rows say."""

import dataclasses

import numpy as np

# 0/1 features are left alone by `auto`: scaled, rare ones get values so large that a
# network trained by Adam does worse.
CHOICES = ("auto", "none", "all")


@dataclasses.dataclass(frozen=True)
class Standardization:
    """What is done to features.

    Attributes:
      columns: `[S]` the columns that are standardised; the others stay as they are.
      mean: `[S]` what is taken off them.
      deviation: `[S]` what they are then divided by.
    """

    columns: np.ndarray
    mean: np.ndarray
    deviation: np.ndarray

    @classmethod
    def of(cls, choice: str, features: np.ndarray) -> "Standardization":
        """What training rows ask for.

        Args:
          choice: One of `CHOICES`: `auto` takes the columns with a value outside 0 and
            1, `all` takes all, `none` none.
          features: `[N, F]`.
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
        """Features `[N, F]`, float32 where a column is standardised."""
        if not len(self.columns):
            return features
        scaled = features.astype(np.float32)
        scaled[:, self.columns] = (
            features[:, self.columns] - self.mean
        ) / self.deviation
        return scaled
