"""One score an output, of a discriminator that gives a map."""

from typing import Any

import keras
import tensorflow as tf

from ldrsp_tf.models.discriminator import Discriminator


@keras.saving.register_keras_serializable(package="ldrsp_tf")
class PooledDiscriminator(Discriminator):
    """The mean logit of a map of logits: for oracles of one value an output.

    Args:
      of_pixels: Gives logits `[B, H, W]`.
    """

    def __init__(self, of_pixels: Discriminator, **kwargs):
        super().__init__(**kwargs)
        self.of_pixels = of_pixels

    def features(self, x: tf.Tensor, training: bool = False) -> Any:
        """Those of the map's discriminator."""
        return self.of_pixels.features(x, training=training)

    def logits(self, features: Any, y: tf.Tensor, training: bool = False) -> tf.Tensor:
        """Logits `[B]` of outputs y, `[B, H, W, C]`."""
        of_pixels = self.of_pixels.logits(features, y, training=training)
        return tf.reduce_mean(of_pixels, [1, 2])
