"""Arrays of users: conversion to NumPy without a guess, and finite values."""

import warnings
from collections.abc import Mapping
from typing import Any

import numpy as np
import tensorflow as tf

from ldrsp_tf.errors import UsageError

_BFLOAT16 = tf.bfloat16.as_numpy_dtype
_LARGEST = float(np.finfo(np.float32).max)

_PACKING = (
    "one array is needed; docs/faq.md shows how to pack several inputs into one, and "
    "how to unpack them in a model around yours"
)


def as_array(
    values: Any, name: str, rows: int | None = None, rank: int | None = None
) -> np.ndarray:
    """Converts values to an array.

    Args:
      values: An array, a tensor, or nested lists of numbers.
      name: The name of the values in messages, such as "inputs".
      rows: The number of examples, if it is known.
      rank: The number of axes of one example, if it is known.

    Returns:
      The array, `[N, ...]`, in the byte order of the machine.

    Raises:
      UsageError: They are a sparse matrix, a dict, a list of several inputs of one
        model or another thing that is no array, or one number.
    """
    _require_dense(values, name)
    if isinstance(values, Mapping):
        keys = ", ".join(map(repr, list(values)[:3]))
        raise UsageError(f"The {name} are a dict ({keys}): {_PACKING}.")
    if np.ma.is_masked(values):
        raise UsageError(
            f"The {name} have masked values: fill them in, or remove their examples."
        )
    try:
        array = np.asarray(values)
    except ValueError as error:
        require_one_input(values, name, rows, rank)
        raise UsageError(
            f"The {name} cannot be made an array: all examples need one shape."
        ) from error
    if array.ndim == 0:
        is_number = array.dtype.kind in "buif"
        kind = "one number" if is_number else f"of type {type(values).__name__}"
        raise UsageError(f"The {name} are {kind}: an array [N, ...] is needed.")
    if array.dtype.kind == "f" and array.dtype.itemsize > 8:
        array = array.astype(np.float64)  # TensorFlow has no longer ones.
    array = widen(array)
    return array.astype(array.dtype.newbyteorder("="), copy=False)


def widen(array: np.ndarray) -> np.ndarray:
    """Returns bfloat16 in single precision, which has all of its values; others as is.

    NumPy does not know it as a type of numbers.

    Args:
      array: An array of any type.
    """
    return array.astype(np.float32) if array.dtype == _BFLOAT16 else array


def require_one_input(
    values: Any, name: str, rows: int | None = None, rank: int | None = None
) -> None:
    """Refuses a list of arrays that are several inputs, and not the examples.

    Args:
      values: The values as the user gives them.
      name: The name of the values in messages.
      rows: The number of examples; by default that of the first array. A list of as
        many arrays is one of examples.
      rank: The number of axes of one example, if it is known: arrays of so many are
        examples.

    Raises:
      UsageError: They are a list or tuple of arrays with a row for each example.
    """
    if not isinstance(values, list | tuple) or len(values) in (0, 1, rows):
        return
    if not all(isinstance(part, np.ndarray | tf.Tensor) for part in values):
        return
    shapes = [tuple(part.shape) for part in values]
    if not all(shapes) or any(len(shape) == rank for shape in shapes):
        return
    expected = shapes[0][0] if rows is None else rows
    if all(shape[0] == expected for shape in shapes):
        raise UsageError(
            f"The {name} are a list of {len(values)} arrays of {expected} rows: "
            f"{_PACKING}."
        )


def require_finite(values: np.ndarray, name: str) -> None:
    """Refuses NaN, infinite values, values beyond single precision and no numbers.

    Args:
      values: An array `[N, ...]`.
      name: The name of the values in messages.

    Raises:
      UsageError: There are some; the message names the first example.
    """
    if values.dtype.kind not in "buif":
        raise UsageError(f"The {name} are of type {values.dtype}: numbers are needed.")
    if values.dtype.kind != "f":
        return
    flat = values.reshape(len(values), -1)
    _require_rows(
        np.isfinite(flat).all(1), f"The {name} have a value that is NaN or infinite"
    )
    if values.dtype.itemsize > 4:
        _require_rows(
            (np.abs(flat) <= _LARGEST).all(1),
            f"The {name} have a value beyond {_LARGEST:.1e}, the largest number of "
            "single precision",
        )


def warn_of_lost_digits(x: np.ndarray, name: str) -> None:
    """Warns of a feature that varies, but by too little for single precision.

    Args:
      x: Inputs, `[N, F]`; others are left alone.
      name: The name of the inputs in messages.
    """
    if x.ndim != 2 or x.dtype.itemsize < 4 or x.dtype == np.float32:
        return
    low, high = x.min(0), x.max(0)
    as_single = low.astype(np.float32), high.astype(np.float32)
    lost = (low < high) & (as_single[0] == as_single[1]) & (as_single[0] != 0)
    if lost.any():
        feature = int(np.argmax(lost))
        warnings.warn(
            f"Feature {feature} (counted from 0) of the {name} varies from "
            f"{low[feature]} to {high[feature]}, which is one number in single "
            "precision: subtract its mean, or leave it out.",
            stacklevel=2,
        )


def _require_rows(are_good: np.ndarray, fault: str) -> None:
    if not are_good.all():
        raise UsageError(
            f"{fault}, in example {int(np.argmin(are_good))} (counted from 0) at "
            "first; remove or replace it."
        )


def _require_dense(values: Any, name: str) -> None:
    """Refuses matrices of SciPy and tensors of TensorFlow that are not dense."""
    mend = ""
    if hasattr(values, "toarray"):
        mend = ".toarray()"
    elif isinstance(values, tf.SparseTensor):
        mend = "tf.sparse.to_dense(...)"
    elif isinstance(values, tf.RaggedTensor):
        mend = ".to_tensor()"
    if mend:
        raise UsageError(
            f"The {name} are a {type(values).__name__}, which is not dense: give "
            f"{mend} of it."
        )
