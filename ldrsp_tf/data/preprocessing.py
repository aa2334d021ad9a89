"""Preprocessing of whole arrays by a Keras model."""

import functools

import keras
import numpy as np
import tensorflow as tf

from ldrsp_tf.data.arrays import require_finite, widen
from ldrsp_tf.data.examples import Examples
from ldrsp_tf.data.input_types import CAST, depends_on_type
from ldrsp_tf.errors import UsageError, reason_of, require_kind

_ENTRIES_AT_ONCE = 1 << 22  # The entries of a part; double precision needs 32 MB.


def preprocess(model: keras.Model | None, x: np.ndarray) -> np.ndarray:
    """Returns inputs as the networks take them.

    Parts of the rows are computed one by one, to bound memory, and outside of compiled
    functions, which may replace a division by a product that rounds otherwise.

    Args:
      model: The preprocessing, which keeps the shape of an input; None for none.
      x: Raw inputs, `[N, ...]`.

    Raises:
      UsageError: The model does not take such inputs, gives other shapes, or values
        that are not finite, or other values for integers than for equal floats.
    """
    if model is None:
        return x
    if depends_on_type(functools.partial(_part, model), x):
        raise UsageError(
            f"The preprocessing gives other values for inputs of type {x.dtype} than "
            "for the same numbers in single precision, which an exported SavedModel "
            f"takes: begin it with {CAST}, and give both the same values."
        )
    rows = max(1, _ENTRIES_AT_ONCE // max(1, x[:1].size))
    made = np.empty_like(x, _part(model, x[:1]).dtype)
    for first in range(0, len(x), rows):
        made[first : first + rows] = _part(model, x[first : first + rows])
    require_finite(made, "inputs after their preprocessing")
    return made


def preprocess_examples(model: keras.Model | None, examples: Examples) -> Examples:
    """Returns examples whose inputs are as the networks take them (`preprocess`).

    Args:
      model: The preprocessing; None for none.
      examples: Examples of raw inputs.

    Raises:
      UsageError: They are something else; as for `preprocess`.
    """
    require_kind(
        examples, Examples, "The examples are", "give ldrsp_tf.data.Examples(x, y)"
    )
    return Examples(preprocess(model, examples.x), examples.y)


def _part(model: keras.Model, x: np.ndarray) -> np.ndarray:
    try:
        # On every machine the same arithmetic.
        with tf.device("CPU:0"):
            made = model(tf.constant(x), training=False)
    except (ValueError, TypeError, tf.errors.InvalidArgumentError) as error:
        raise UsageError(
            f"The preprocessing does not take inputs of shape {x.shape} "
            f"({reason_of(error)})."
        ) from error
    if not tf.is_tensor(made) or made.shape != x.shape:
        shape = tuple(made.shape) if tf.is_tensor(made) else type(made).__name__
        raise UsageError(
            f"The preprocessing gives {shape} of inputs {x.shape}: it has to keep "
            "their shape; change the shape of the data, or within the networks."
        )
    return widen(made.numpy())
