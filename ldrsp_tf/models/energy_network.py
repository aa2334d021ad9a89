"""The discriminator of the multi-label tasks: the network of SPEN and DVN."""

from typing import Any

import keras
import tensorflow as tf

from ldrsp_tf.models.config_from_init import ConfigFromInit
from ldrsp_tf.models.discriminator import Discriminator

# Keeps the logit of a probability of 0 or 1 finite.
_MARGIN = 1e-6


@keras.saving.register_keras_serializable(package="ldrsp_tf")
class EnergyNetwork(ConfigFromInit, Discriminator):
    """D(x, y) = sigmoid(sum_i y_i u_i(x) + w' softplus(P' y) [+ H(y)]).

    The first term scores every label given x, the second one the labels together
    (Belanger & McCallum, 2016; Gygli et al., 2017).

    Args:
      labels: L, the number of labels.
      hidden: The number of Softplus units of each hidden layer of u: one layer for
        Bibtex, two for Bookmarks in the paper.
      interaction_units: The number of columns of P; 0 leaves the second term out.
      entropy: Whether the logits have the third term
        H(y) = -sum_i (y_i log y_i + (1 - y_i) log(1 - y_i)), as the energy of SPEN:
        it keeps the best output inside the box. Without interactions that output is
        sigmoid(u(x)), which is then D's own prediction.
    """

    def __init__(
        self,
        labels: int,
        hidden: tuple[int, ...] = (150,),
        interaction_units: int = 16,
        entropy: bool = False,
        **kwargs: Any,
    ):
        super().__init__(**kwargs)
        self.can_predict = self.entropy = entropy
        dtype = self.dtype_policy
        self.body = [
            keras.layers.Dense(n, activation="softplus", dtype=dtype) for n in hidden
        ]
        self.label_scores = keras.layers.Dense(labels, dtype=dtype)  # u(x)
        self.interaction = None
        if interaction_units:
            self.interaction = keras.layers.Dense(
                interaction_units,
                activation="softplus",
                use_bias=False,
                dtype=dtype,
            )  # softplus(P' y)
            self.interaction_weights = keras.layers.Dense(
                1, use_bias=False, dtype=dtype
            )  # w

    def features(self, x: tf.Tensor, training: bool = False) -> tf.Tensor:
        """Returns the label scores u(x), `[B, L]`, of x, `[B, F]`."""
        del training  # No layer behaves differently in training.
        for layer in self.body:
            x = layer(x)
        return self.label_scores(x)

    def logits(
        self, features: tf.Tensor, y: tf.Tensor, training: bool = False
    ) -> tf.Tensor:
        """Returns the logits `[B]` of tags y, `[B, L]`, given u(x), `[B, L]`."""
        del training
        # Layers may have a lower precision than outputs and scores.
        logits = tf.reduce_sum(tf.cast(features, y.dtype) * y, axis=-1)
        if self.interaction is not None:
            among_labels = self.interaction_weights(self.interaction(y))  # [B, 1]
            logits += tf.cast(tf.squeeze(among_labels, -1), y.dtype)
        if self.entropy:
            logits += tf.reduce_sum(_entropy(y), -1)
        return logits

    def predict_logits(
        self, features: tf.Tensor, y: tf.Tensor, training: bool = False
    ) -> tf.Tensor:
        """Returns u(x), `[B, L]`, the logits of the best output without interactions.

        Raises:
          NotImplementedError: The network has no entropy term: its best output without
            interactions is a corner of the box.
        """
        if not self.entropy:
            return super().predict_logits(features, y, training)
        return tf.cast(features, y.dtype)


def _entropy(y: tf.Tensor) -> tf.Tensor:
    """Returns the entropy of each Bernoulli probability, with a finite gradient.

    H(y) is the minimum over z of softplus(z) - y z, at z = logit(y). By the envelope
    theorem its derivative is -z, which holds with z as a constant, also near 0 and 1.
    """
    p = tf.clip_by_value(y, _MARGIN, 1.0 - _MARGIN)
    z = tf.stop_gradient(tf.math.log(p) - tf.math.log1p(-p))
    return tf.nn.softplus(z) - y * z
