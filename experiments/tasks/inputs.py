"""Inputs that a finished run's networks predict for."""

import pathlib
from typing import NamedTuple

import numpy as np

from ldrsp_tf.errors import UsageError

Size = tuple[int, int]

# The first bytes of files.
_NPY = b"\x93NUMPY"
_ZIP = b"PK"
_PICKLE = b"\x80"

_LONGEST_REASON = 100


class NewInputs(NamedTuple):
    """Inputs without outputs, raw: before the preprocessing of a run.

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
    x = _load(path)
    if x.ndim == 0 or x.shape[1:] != shape or len(x) == 0:
        raise UsageError(
            f"{path} holds {x.shape}; the run needs [N, {', '.join(map(str, shape))}] "
            "with N > 0."
        )
    # Tasks are listed without TensorFlow, which the library's checks need.
    from ldrsp_tf.data.arrays import as_array, require_finite

    name = f"inputs in {path}"
    x = as_array(x, name)
    require_finite(x, name)
    return NewInputs([str(row) for row in range(len(x))], x)


def _load(path: pathlib.Path) -> np.ndarray:
    """Reads the one array of a file of `numpy.save`."""
    if path.exists() and not path.is_file():
        raise UsageError(f"{path} is not a file: save the inputs by numpy.save.")
    try:
        with path.open("rb") as file:
            begin = file.read(len(_NPY))
        if begin != _NPY:
            raise UsageError(f"{path} is {_kind(begin)}.")
        # Mapped, an array larger than its file is refused before memory is taken.
        mapped = np.load(path, mmap_mode="r", allow_pickle=False)
    except UsageError:
        raise
    # NumPy parses a header as a Python literal, which fails in many ways.
    except Exception as error:
        raise UsageError(
            f"{path} is not a file of numpy.save ({_reason(error)})."
        ) from error
    return np.array(mapped)


def _kind(begin: bytes) -> str:
    """Returns what a file is that begins with those bytes, with the mend."""
    if begin.startswith(_ZIP):
        return "an archive of numpy.savez: save the one array of inputs by numpy.save"
    if begin.startswith(_PICKLE):
        return "a pickle: save the array by numpy.save, numpy.save(path, array)"
    return (
        "not a file of numpy.save: save the array by numpy.save(path, array), or name "
        "another file"
    )


def _reason(error: Exception) -> str:
    """Returns the first sentence of an error of NumPy."""
    if "Object arrays" in str(error) or "Python objects in dtype" in str(error):
        return "it holds Python objects; save an array of numbers"
    if "mmap" in str(error):
        return "it is cut off, or empty"
    line = " ".join(str(error).split()) or type(error).__name__
    return line if len(line) <= _LONGEST_REASON else f"{line[:_LONGEST_REASON]}..."
