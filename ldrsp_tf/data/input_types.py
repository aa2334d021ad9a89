"""Models that look at the type of their inputs, and not at the numbers alone.

One that divides pixels by 255 if they are uint8, say, gives other values for the same
pixels in single precision, which networks get here and which a SavedModel takes.
"""

from collections.abc import Callable
from typing import Any

import numpy as np

# The number of examples that are tried.
_ROWS = 4

# The share of the largest value that arithmetic of low precision may differ by.
_ROUNDING = 0.02

CAST = 'keras.ops.cast(x, "float32")'


def depends_on_type(model: Callable[[np.ndarray], Any], x: np.ndarray) -> bool:
    """Returns whether a model gives other values for integers than for equal floats.

    Nothing is told by a model that takes one of both alone, or that is random.

    Args:
      model: A function of inputs `[N, ...]`.
      x: Inputs, `[N, ...]`; of integers, some rows are tried.
    """
    whole = x[:_ROWS]
    single = whole.astype(np.float32)
    if x.dtype.kind not in "biu" or not np.array_equal(whole, single):
        return False
    try:
        made, of_single = (
            np.asarray(model(part), np.float64) for part in (whole, single)
        )
        if made.shape != of_single.shape or not _differ(made, of_single):
            return False
        # Only now, since most calls end above: a random model differs from itself.
        return np.allclose(made, np.asarray(model(whole), np.float64))
    except Exception:  # A model of the user's may raise anything.
        return False


def _differ(made: np.ndarray, of_single: np.ndarray) -> bool:
    largest = max(np.abs(made).max(), np.abs(of_single).max())
    return bool(np.abs(made - of_single).max() > _ROUNDING * largest)
