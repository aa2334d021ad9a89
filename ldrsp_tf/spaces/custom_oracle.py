"""A user's measure of quality as an oracle."""

from collections.abc import Callable

import numpy as np
import tensorflow as tf

from ldrsp_tf.errors import UsageError, reason_of, require_function

Measure = Callable[[tf.Tensor, tf.Tensor], tf.Tensor]

_TOLERANCE = 1e-4  # The rounding error of a measure with values in [0, 1].


def require_measure(measure: Measure) -> None:
    """Refuses a measure that is no function, such as its name.

    Args:
      measure: The user's measure.

    Raises:
      UsageError: It is of another class.
    """
    require_function(
        measure,
        "The oracle is",
        "a function of outputs and true outputs is needed, such as ldrsp_tf.oracles.f1",
    )


class CustomOracle:
    """A function of outputs and truth as v*(y, y*), clipped to [0, 1].

    Args:
      measure: A function of outputs y in [0, 1] and true outputs, both `[B, ...]` and
        float32, with values in [0, 1]: `[B]`, or a map `[B, H, W]` for a discriminator
        that outputs maps. It must consist of TensorFlow operations, one of which may
        be `tf.numpy_function`; it needs no gradient.

    Raises:
      UsageError: The measure is no function.
    """

    def __init__(self, measure: Measure):
        require_measure(measure)
        self._measure = measure

    def __call__(self, y: tf.Tensor, y_true: tf.Tensor) -> tf.Tensor:
        """Returns the measure's values, `[B]` or `[B, H, W]`, clipped to [0, 1].

        Raises:
          UsageError: The values have another shape or type.
        """
        return tf.clip_by_value(self._values(y, y_true), 0.0, 1.0)

    def check_values(
        self, y: tf.Tensor, y_true: tf.Tensor, name: str = "data", first: int = 0
    ) -> None:
        """Refuses a measure that leaves [0, 1] on these examples.

        Args:
          y: Outputs, `[B, ...]`.
          y_true: True outputs, `[B, ...]`.
          name: The name of the data in messages, such as "training data".
          first: The number of the first example in these data, from 0.

        Raises:
          UsageError: A value is outside [0, 1] or NaN, or values have another shape.
        """
        values = self._values(y, y_true).numpy()
        _require_finite(values, name, first)
        if np.any((values < -_TOLERANCE) | (values > 1.0 + _TOLERANCE)):
            raise UsageError(
                f"The oracle gives values from {values.min():g} to {values.max():g}: "
                "they have to lie in [0, 1], where 1 is a perfect output. Rescale it."
            )

    def check_compiles(self, y: tf.Tensor, y_true: tf.Tensor) -> None:
        """Refuses a measure that is not made of TensorFlow operations.

        Args:
          y: Outputs, `[B, ...]`.
          y_true: True outputs, `[B, ...]`.

        Raises:
          UsageError: It cannot be compiled, or its values have another shape then.
        """
        values = tf.function(self._values, autograph=False)
        try:
            compiled = values.get_concrete_function(y, y_true)
        except UsageError:
            raise
        except (AttributeError, NotImplementedError, TypeError, ValueError) as error:
            raise UsageError(
                f"The oracle cannot be compiled ({reason_of(error)}); make it of "
                "TensorFlow operations."
            ) from error
        if compiled.output_shapes.rank != self._values(y, y_true).shape.rank:
            raise UsageError(
                "The oracle gives values [B, H, W] of a function whose shape "
                "TensorFlow does not know: return tf.ensure_shape(values, y.shape[:3])."
            )

    def mean_values(self, y: tf.Tensor, y_true: tf.Tensor) -> np.ndarray:
        """Returns the value of each example, the mean of its map, `[B]`.

        Raises:
          UsageError: A value is NaN, which would be the mean of all, too.
        """
        values = self(y, y_true).numpy()
        _require_finite(values, "decided outputs", 0)
        return values.reshape(len(values), -1).mean(1)

    def _values(self, y: tf.Tensor, y_true: tf.Tensor) -> tf.Tensor:
        # Steps are traced as they are, but users may write `if` and `for` on tensors.
        measure = tf.function(self._measure) if tf.inside_function() else self._measure
        values = measure(y, y_true)
        if not tf.is_tensor(values) and not isinstance(values, np.ndarray):
            raise UsageError(
                f"The oracle gives {type(values).__name__}: a tensor [B] is needed, or "
                "[B, H, W]."
            )
        if tf.is_tensor(values) and values.shape.rank is None:
            # Of a Python function in a graph; `tf.py_function` may have a gradient of
            # another shape than y.
            values = tf.stop_gradient(tf.ensure_shape(values, y.shape[:1]))
        shape = tf.TensorShape(values.shape)
        if shape.rank not in (1, 3) or not shape.is_compatible_with(
            y.shape[: shape.rank]
        ):
            raise UsageError(
                f"The oracle gives values of shape {tuple(shape)} for outputs of shape "
                f"{tuple(y.shape)}; [B] is needed, or [B, H, W]."
            )
        return tf.cast(values, tf.float32)


def _require_finite(values: np.ndarray, name: str, first: int) -> None:
    """Refuses values that are NaN or infinite, and names the first example.

    Args:
      values: Values of the measure, `[B]` or `[B, H, W]`.
      name: The name of the data in messages.
      first: The number of the first example in these data.
    """
    wrong = np.argwhere(~np.isfinite(values))
    if len(wrong):
        raise UsageError(
            f"The oracle is {values[tuple(wrong[0])]} for example "
            f"{first + wrong[0][0]} (from 0) of the {name}: it needs a value in [0, 1] "
            "for every output, all zeros among them. Look for a division by 0."
        )
