"""The auto-encoder energy of EBGAN for tags (Zhao et al., 2017)."""

from typing import Any

import keras
import tensorflow as tf

from ldrsp_tf.errors import UsageError
from ldrsp_tf.models.config_from_init import ConfigFromInit
from ldrsp_tf.models.discriminator import Discriminator

_LEAST = 1e-6  # Below it single precision cannot tell exp(-E) from 1.


def logits_of_energies(energies: tf.Tensor) -> tf.Tensor:
    """Returns the logits whose sigmoid is exp(-E).

    Then -log D = softplus(-logits) is the energy E again, which is how EBGAN reads a
    discriminator (`losses.baselines.energy`).

    Args:
      energies: Energies E >= 0, of any shape; those below 1e-6 count as 1e-6.
    """
    energies = tf.maximum(energies, _LEAST)
    # -log(exp(E) - 1), without exp(E), which overflows.
    return -energies - tf.math.log(-tf.math.expm1(-energies))


@keras.saving.register_keras_serializable(package="ldrsp_tf")
class AutoencoderEnergy(ConfigFromInit, Discriminator):
    """D(x, y) = exp(-E) with the energy E = ||Dec(Enc(x, y)) - y||^2.

    The energy is low where the tags can be reconstructed from a code of inputs and
    tags, as that of Zhao et al. is low on images that their auto-encoder can
    reconstruct. The first layer of (x, y) is the sum of one of x, which a refinement
    computes once, and one of y.

    Args:
      labels: L, the number of labels.
      hidden: The number of ReLU units of each layer of the encoder; the last one's are
        the code, from which a sigmoid layer reconstructs the tags.

    Raises:
      UsageError: There is no hidden layer.
    """

    def __init__(self, labels: int, hidden: tuple[int, ...] = (150,), **kwargs: Any):
        if not hidden:
            raise UsageError(
                "An AutoencoderEnergy has no hidden layer for its code: give one or "
                "more numbers of units."
            )
        super().__init__(**kwargs)
        dtype = self.dtype_policy
        first, *others = hidden
        self.first_of_x = keras.layers.Dense(first, dtype=dtype)
        self.first_of_y = keras.layers.Dense(first, use_bias=False, dtype=dtype)
        self.body = [
            keras.layers.Dense(units, activation="relu", dtype=dtype)
            for units in others
        ]
        self.decoder = keras.layers.Dense(labels, dtype=dtype)

    def features(self, x: tf.Tensor, training: bool = False) -> tf.Tensor:
        """Returns the part of x in the first layer, `[B, H]`, of x, `[B, F]`."""
        del training  # No layer behaves differently in training.
        return self.first_of_x(x)

    def energies(self, features: tf.Tensor, y: tf.Tensor) -> tf.Tensor:
        """Returns the squared error of the reconstruction of y, `[B]`.

        Args:
          features: The features of x.
          y: Tags, `[B, L]`.
        """
        code = tf.nn.relu(features + self.first_of_y(y))
        for layer in self.body:
            code = layer(code)
        reconstructed = tf.sigmoid(tf.cast(self.decoder(code), y.dtype))
        return tf.reduce_sum(tf.math.squared_difference(reconstructed, y), -1)

    def logits(
        self, features: tf.Tensor, y: tf.Tensor, training: bool = False
    ) -> tf.Tensor:
        """Returns logits `[B]` of exp(-E) of tags y, `[B, L]`."""
        del training
        return logits_of_energies(self.energies(features, y))
