"""The starting point of methods without a generator."""

import keras
import tensorflow as tf


@keras.saving.register_keras_serializable(package="ldrsp_tf")
class ConstantOutput(keras.Model):
    """The same logits for every input: DVN and SPEN refine from a fixed point.

    Args:
      shape: Of one output: `(L,)`, or `(H, W, C)` for maps, which are made as high and
        wide as the input is.
      logit: The value of every entry.
    """

    def __init__(self, shape: tuple[int, ...], logit: float, **kwargs):
        super().__init__(**kwargs)
        self._shape = tuple(shape)
        self._logit = logit

    def call(self, x: tf.Tensor, training: bool = False) -> tf.Tensor:
        """Logits `[B, ...]` for inputs `[B, ...]`."""
        del training
        if len(self._shape) == 3:
            size = tf.concat([tf.shape(x)[:-1], self._shape[-1:]], 0)
            static = [*x.shape[:-1], self._shape[-1]]
        else:
            size = tf.concat([tf.shape(x)[:1], self._shape], 0)
            static = [x.shape[0], *self._shape]
        return tf.ensure_shape(tf.fill(size, self._logit), static)
