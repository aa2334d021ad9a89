"""A Keras model of the user's as a generator."""

import keras
import tensorflow as tf

from ldrsp_tf.errors import UsageError

GIVES = ("logits", "probabilities")
# Probabilities nearer to 0 or 1 would have logits that no step can leave.
_MARGIN = 1e-6


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
      UsageError: The model gives neither of `GIVES`.
    """

    def __init__(
        self,
        model: keras.Model,
        gives: str = "logits",
        frozen: bool = False,
        channels: int | None = None,
        **kwargs,
    ):
        if gives not in GIVES:
            raise UsageError(
                f"A generator gives {' or '.join(GIVES)}, not {gives!r}; say which."
            )
        super().__init__(**kwargs)
        self.model = model
        self.gives = gives
        self._channels = channels
        self._frozen = frozen

    @property
    def trainable_variables(self) -> list[keras.Variable]:
        """None of a frozen model, whose own flags stay as the user set them."""
        return [] if self._frozen else super().trainable_variables

    def call(self, x: tf.Tensor, training: bool = False) -> tf.Tensor:
        """Logits `[B, ...]` of inputs `[B, ...]`, in single precision."""
        outputs = tf.cast(self.model(x, training=training), tf.float32)
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
