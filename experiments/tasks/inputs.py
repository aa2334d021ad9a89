"""Inputs to predict for, as a finished run's networks take them."""

import pathlib
from typing import NamedTuple

import numpy as np

from ldrsp_tf.data.examples import require_finite
from ldrsp_tf.errors import UsageError

Size = tuple[int, int]


class NewInputs(NamedTuple):
    """Inputs without outputs.

    Attributes:
      names: Of the N inputs, for the file of predictions.
      x: `[N, ...]`.
      label_names: Of the L tags, if they are known.
      sizes: Height and width of each image's file, if it has one.
    """

    names: list[str]
    x: np.ndarray
    label_names: list[str] | None = None
    sizes: list[Size] | None = None


def read_array(path: pathlib.Path, shape: tuple[int, ...]) -> NewInputs:
    """Reads a file of `numpy.save`, named by the numbers of its rows.

    Args:
      path: Holds `[N, ...]`.
      shape: Of one input.

    Raises:
      UsageError: It is no such file, or its inputs have another shape or values that
        are not finite.
    """
    try:
        x = np.load(path, allow_pickle=False)
    except (OSError, ValueError, EOFError) as error:
        raise UsageError(f"{path} is not a file of numpy.save ({error}).") from error
    if not isinstance(x, np.ndarray) or x.shape[1:] != shape or len(x) == 0:
        found = getattr(x, "shape", "several arrays")
        raise UsageError(
            f"{path} holds {found}; the run needs [N, {', '.join(map(str, shape))}] "
            "with N > 0."
        )
    require_finite(x, f"inputs in {path}")
    return NewInputs([str(row) for row in range(len(x))], x)
