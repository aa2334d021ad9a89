"""The value network of masks: one score for a whole mask (Gygli et al., 2017)."""

from typing import Any

import keras
import tensorflow as tf

from ldrsp_tf.errors import UsageError
from ldrsp_tf.models.config_from_init import ConfigFromInit
from ldrsp_tf.models.discriminator import Discriminator

_STRIDE = 4  # Of the three convolutions together.


@keras.saving.register_keras_serializable(package="ldrsp_tf")
class ValueNetwork(ConfigFromInit, Discriminator):
    """D(x, y): an estimate of the value of the whole mask, as the original DVN has it.

    Three convolutions of 5x5 with strides 1, 2 and 2 read the image and the classes of
    the mask but the background, and three fully connected layers read their result.
    The first convolution of (x, y) is the sum of one of x, which a refinement computes
    once, and one of y. The fully connected layers read a window of fixed size; the
    score of a larger image is the mean over its windows.

    Args:
      width: The number of channels of the first convolution; the others have twice as
        many, and the hidden layers six and three times as many units.
      window: The height and width of a window in pixels, a multiple of 4.
      dropout: The share of the first hidden layer's units that is dropped in training.

    Raises:
      UsageError: The window is no positive multiple of 4.
    """

    def __init__(
        self,
        width: int = 64,
        window: int = 24,
        dropout: float = 0.25,
        **kwargs: Any,
    ):
        if window < _STRIDE or window % _STRIDE:
            raise UsageError(
                f"The window of a ValueNetwork is {window} pixels: a multiple of "
                f"{_STRIDE} is needed, and no image or crop may be smaller."
            )
        super().__init__(**kwargs)
        self.window = window
        dtype = self.dtype_policy
        first = {"filters": width, "kernel_size": 5, "padding": "same", "dtype": dtype}
        self.first_of_x = keras.layers.Conv2D(**first)
        self.first_of_y = keras.layers.Conv2D(**first, use_bias=False)
        inner = {"kernel_size": 5, "strides": 2, "padding": "same", "dtype": dtype}
        self.body = [
            keras.layers.Conv2D(2 * width, activation="relu", **inner),
            keras.layers.Conv2D(2 * width, activation="relu", **inner),
            # As convolutions, fully connected layers take larger images, too.
            keras.layers.Conv2D(
                6 * width, window // _STRIDE, activation="relu", dtype=dtype
            ),
            keras.layers.Dropout(dropout, dtype=dtype),
            keras.layers.Dense(3 * width, activation="relu", dtype=dtype),
            keras.layers.Dense(1, dtype=dtype),
        ]

    def features(self, x: tf.Tensor, training: bool = False) -> tf.Tensor:
        """Returns the first convolution of images, `[B, H, W, width]`.

        Raises:
          UsageError: Images are smaller than the window.
        """
        del training
        height, width = x.shape[1:3]
        if min(height, width) < self.window:
            raise UsageError(
                f"Images or crops of {height} x {width} pixels are smaller than the "
                f"window of the value network, {self.window} pixels."
            )
        return self.first_of_x(x)

    def logits(
        self, features: tf.Tensor, y: tf.Tensor, training: bool = False
    ) -> tf.Tensor:
        """Returns logits `[B]` of masks y, `[B, H, W, C]`."""
        scores = tf.nn.relu(features + self.first_of_y(y[..., 1:]))
        for layer in self.body:
            scores = layer(scores, training=training)
        return tf.reduce_mean(tf.cast(scores, tf.float32), [1, 2, 3])
