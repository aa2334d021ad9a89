"""Preprocessing of raw inputs as Keras models, saved and exported with the networks."""

from typing import Any

import keras
import tensorflow as tf

from ldrsp_tf.errors import UsageError
from ldrsp_tf.models.config_from_init import ConfigFromInit


@keras.saving.register_keras_serializable(package="ldrsp_tf")
class StandardizeFeatures(ConfigFromInit, keras.Model):
    """A standardization of each feature: (x - mean) / deviation.

    It computes in double precision: a feature with a mean far above its deviation would
    lose digits in single precision.

    Args:
      mean: The mean of each feature, of F numbers.
      deviation: The standard deviation of each feature, of F positive numbers.

    Raises:
      UsageError: Their numbers differ.
    """

    def __init__(
        self, mean: tuple[float, ...], deviation: tuple[float, ...], **kwargs: Any
    ):
        super().__init__(**{"dtype": "float64", **kwargs})
        self._mean = tuple(mean)
        self._deviation = tuple(deviation)
        if len(self._mean) != len(self._deviation):
            raise UsageError(
                f"There are {len(self._mean)} means and {len(self._deviation)} "
                "standard deviations: give one of each for every feature."
            )

    def call(self, x: tf.Tensor) -> tf.Tensor:
        """Returns standardized features `[B, F]`, float32, of any numeric features."""
        x = tf.cast(x, tf.float64) - tf.constant(self._mean, tf.float64)
        return tf.cast(x / tf.constant(self._deviation, tf.float64), tf.float32)


@keras.saving.register_keras_serializable(package="ldrsp_tf")
class ScalePixels(ConfigFromInit, keras.Model):
    """A map of pixels from 0..255 to [-1, 1]."""

    def __init__(self, **kwargs: Any):
        super().__init__(**{"dtype": "float32", **kwargs})

    def call(self, x: tf.Tensor) -> tf.Tensor:
        """Returns images `[B, H, W, C]` in [-1, 1], float32, of pixels of any type."""
        return tf.cast(x, tf.float32) / 127.5 - 1.0
