"""Inputs that a finished run's networks predict for."""

import pathlib
from typing import NamedTuple

import numpy as np

from ldrsp_tf.errors import UsageError

Size = tuple[int, int]


class NewInputs(NamedTuple):
    """Inputs without outputs.

    Attributes:
      names: The names of the N inputs in the file of predictions.
      x: The inputs, `[N, ...]`.
      label_names: The names of the L tags; None where they are unknown.
      sizes: Height and width of each image's file, in pixels; None where inputs have no
        files of their own.
    """

    names: list[str]
    x: np.ndarray
    label_names: list[str] | None = None
    sizes: list[Size] | None = None


def read_array(path: pathlib.Path, shape: tuple[int, ...]) -> NewInputs:
    """Reads inputs from a file of `numpy.save`, and names them by their row numbers.

    Args:
      path: The file, with an array `[N, ...]`.
      shape: The shape of one input.

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
    # Tasks are listed without TensorFlow, which the library's checks need.
    from ldrsp_tf.data.arrays import require_finite

    require_finite(x, f"inputs in {path}")
    return NewInputs([str(row) for row in range(len(x))], x)
