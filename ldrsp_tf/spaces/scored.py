"""An output space with a measure of quality of the user's own."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import tensorflow as tf

from ldrsp_tf.errors import UsageError, reason_of
from ldrsp_tf.spaces.base import DecoderParams, OutputSpace

Measure = Callable[[tf.Tensor, tf.Tensor], tf.Tensor]


# Of a measure that is right up to rounding.
_TOLERANCE = 1e-4


class ScoredSpace(OutputSpace):
    """Outputs of another space, judged by any function.

    D learns to predict that function, and the refinement, the best epoch and the number
    of steps are chosen by its mean over the decided outputs. The other space's metrics
    are reported beside it, as `value` is.

    Args:
      space: Says what an output is.
      measure: Maps outputs y in [0, 1] and true ones, both `[B, ...]` and float32, to
        values in [0, 1]: `[B]`, or a map `[B, H, W]` for a D that gives one. It must
        be made of TensorFlow operations; it needs no gradient.

    Attributes:
      scored: That other space.
    """

    metric_name = "value"

    def __init__(self, space: OutputSpace, measure: Measure):
        self.judged = space
        self._measure = measure
        self.initial_logit = space.initial_logit
        self.rank = space.rank
        self.shape_name = space.shape_name

    def activation(self, logits: tf.Tensor) -> tf.Tensor:
        """The other space's."""
        return self.judged.activation(logits)

    def surrogate_loss(self, logits: tf.Tensor, y_true: tf.Tensor) -> tf.Tensor:
        """The other space's."""
        return self.judged.surrogate_loss(logits, y_true)

    def oracle(self, y: tf.Tensor, y_true: tf.Tensor) -> tf.Tensor:
        """The user's function; UsageError if it gives no batch of numbers.

        It is held to [0, 1], where D's scores lie: `require_values` refuses other
        values before a training, on examples.
        """
        return tf.clip_by_value(self._measured(y, y_true), 0.0, 1.0)

    def require_values(self, y: tf.Tensor, y_true: tf.Tensor) -> None:
        """Refuses a function that leaves [0, 1] on those examples.

        Raises:
          UsageError: It does, or gives NaN or another shape, or cannot be compiled.
        """
        values = self._measured(y, y_true).numpy()
        if not np.all((values >= -_TOLERANCE) & (values <= 1.0 + _TOLERANCE)):
            raise UsageError(
                f"The oracle gives values from {values.min():g} to {values.max():g}: "
                "they have to lie in [0, 1], where 1 is a perfect output. Rescale it."
            )
        try:
            tf.function(self._measure).get_concrete_function(y, y_true)
        except (AttributeError, NotImplementedError, TypeError, ValueError) as error:
            raise UsageError(
                f"The oracle cannot be compiled ({reason_of(error)}); make it of "
                "TensorFlow operations."
            ) from error

    def project(self, y: tf.Tensor) -> tf.Tensor:
        """The other space's."""
        return self.judged.project(y)

    def decide(self, y: tf.Tensor) -> tf.Tensor:
        """The other space's."""
        return self.judged.decide(y)

    def example_metric(self, y: np.ndarray, y_true: np.ndarray) -> np.ndarray:
        """The value of each decided output, `[..., B]`."""
        axes = y.shape[: y.ndim - y_true.ndim]
        walks = y.reshape(-1, *y.shape[len(axes) :])
        values = [self._values(outputs, y_true) for outputs in walks]
        return np.reshape(values, (*axes, len(y_true)))

    def selection_metric(self, measured: Mapping[str, float]) -> float:
        """The mean value."""
        return measured[self.metric_name]

    def tune_decoder(self, y: np.ndarray, y_true: np.ndarray) -> DecoderParams:
        """The other space's."""
        return self.judged.tune_decoder(y, y_true)

    def measure(
        self,
        y: np.ndarray,
        y_true: np.ndarray,
        decoder_params: Mapping[str, Any],
        probabilities: bool,
    ) -> dict[str, float]:
        """The mean value, and the other space's metrics."""
        value = {self.metric_name: float(self._values(y, y_true).mean())}
        return {
            **value,
            **self.judged.measure(y, y_true, decoder_params, probabilities),
        }

    def _measured(self, y: tf.Tensor, y_true: tf.Tensor) -> tf.Tensor:
        """The user's values as they are, of a shape that D may have."""
        values = self._measure(y, y_true)
        if not tf.is_tensor(values) and not isinstance(values, np.ndarray):
            raise UsageError(
                f"The oracle gives {type(values).__name__}: a tensor [B] is needed, or "
                "[B, H, W]."
            )
        shape = tf.TensorShape(values.shape)
        if shape.rank not in (1, 3) or not shape.is_compatible_with(
            y.shape[: shape.rank]
        ):
            raise UsageError(
                f"The oracle gives values of shape {tuple(shape)} for outputs of shape "
                f"{tuple(y.shape)}; [B] is needed, or [B, H, W]."
            )
        return tf.cast(values, tf.float32)

    def _values(self, y: np.ndarray, y_true: np.ndarray) -> np.ndarray:
        """Of decided outputs; the mean of a map, `[B]`."""
        y, y_true = tf.constant(y, tf.float32), tf.constant(y_true, tf.float32)
        values = self.oracle(self.decide(y), y_true).numpy()
        return values.reshape(len(values), -1).mean(1)
