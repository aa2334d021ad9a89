"""A Keras model of the user's as a generator."""

import keras
import numpy as np
import tensorflow as tf

from ldrsp_tf.errors import UsageError

GIVES = ("logits", "probabilities")
_ROUNDING = 1e-3  # Of probabilities in half precision.
# Probabilities nearer to 0 or 1 would have logits that no step can leave.
_MARGIN = 1e-6


def require_gives(gives: str) -> None:
    """Refuses what a model cannot give.

    Raises:
      UsageError: It is none of `GIVES`.
    """
    if gives not in GIVES:
        raise UsageError(
            f"A generator gives {' or '.join(GIVES)}, not {gives!r}; say which."
        )


class ForeignGenerator(keras.Model):
    """Gives the logits that a trainer expects, whatever the model gives.

    Args:
      model: Any Keras model of one input; its one output has the shape of the true
        outputs, or, for masks of two classes, one channel, which is the foreground's.
      gives: "logits", or "probabilities" (of a sigmoid or softmax).
      frozen: Leaves the model as it is: D alone is trained, and layers such as batch
        normalisation and dropout behave as in prediction.
      channels: Channels that an output must have; 2 makes two of one.

    Raises:
      UsageError: `gives` is none of `GIVES`; the model has several inputs.
    """

    def __init__(
        self,
        model: keras.Model,
        gives: str = "logits",
        frozen: bool = False,
        channels: int | None = None,
        **kwargs,
    ):
        require_gives(gives)
        _require_one_input(model)
        # A low precision set for all of Keras must not round the model's inputs.
        super().__init__(**{"dtype": "float32", **kwargs})
        self.model = model
        self.gives = gives
        self._channels = channels
        self._frozen = frozen

    @property
    def trainable_variables(self) -> list[keras.Variable]:
        """None of a frozen model, whose own flags stay as the user set them."""
        return [] if self._frozen else super().trainable_variables

    def call(self, x: tf.Tensor, training: bool = False) -> tf.Tensor:
        """Logits `[B, ...]` of inputs `[B, ...]`, in single precision.

        Raises:
          UsageError: The model has several outputs, or gives no probabilities although
            it should (which is seen outside of compiled functions only).
        """
        outputs = self.model(x, training=training)
        if not tf.is_tensor(outputs):
            raise UsageError(
                f"The generator gives a {type(outputs).__name__} of outputs: wrap it "
                "in a model that gives one tensor."
            )
        outputs = tf.cast(outputs, tf.float32)
        if self.gives == "probabilities" and tf.executing_eagerly():
            _require_probabilities(outputs.numpy())
        two_of_one = self._channels == 2 and outputs.shape[-1] == 1
        if self.gives == "logits":
            logits = outputs
        elif outputs.shape.rank == 2 or two_of_one:
            p = tf.clip_by_value(outputs, _MARGIN, 1.0 - _MARGIN)
            logits = tf.math.log(p) - tf.math.log1p(-p)
        else:
            logits = tf.math.log(tf.maximum(outputs, _MARGIN))
        if two_of_one:
            # softmax(0, l) is sigmoid(l).
            return tf.concat([tf.zeros_like(logits), logits], -1)
        return logits


def _require_one_input(model: keras.Model) -> None:
    # A sequential model has one, but does not say so before it is built.
    if isinstance(model, keras.Sequential):
        return
    number = len(getattr(model, "inputs", None) or [None])
    if number > 1:
        raise UsageError(
            f"The generator has {number} inputs: wrap it in a model that takes one."
        )


def _require_probabilities(outputs: np.ndarray) -> None:
    if outputs.min() < -_ROUNDING or outputs.max() > 1.0 + _ROUNDING:
        raise UsageError(
            f"The generator gives values from {outputs.min():g} to {outputs.max():g}, "
            'which are no probabilities; say gives="logits".'
        )
