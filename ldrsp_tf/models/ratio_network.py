"""A discriminator of tags with the shape of F1."""

from typing import Any

import keras
import tensorflow as tf

from ldrsp_tf.models.config_from_init import ConfigFromInit
from ldrsp_tf.models.discriminator import Discriminator
from ldrsp_tf.models.heads import ratio_logits

Features = tuple[tf.Tensor, tf.Tensor]


@keras.saving.register_keras_serializable(package="ldrsp_tf")
class RatioNetwork(ConfigFromInit, Discriminator):
    """D(x, y) = 2 sum_i y_i q_i / (sum_i y_i + sum_i q_i + n(x)).

    Its own prediction is q_i = sigmoid((1 + v_i) g_i + h_i(x) + r_i(y)), where g are
    the generator's logits, h is a network and r has the interactions of labels. A
    conditioned network starts as the expected F1 under the generator's own
    probabilities; it learns to correct them.

    Args:
      labels: L, the number of labels.
      hidden: The number of Softplus units of each hidden layer of h.
      dropout: The share of these units that is dropped in training.
      interaction_units: The number of units of r; 0 leaves r out.
      conditioned: Whether D is conditioned on g; without it, q_i is
        sigmoid(h_i(x) + r_i(y)).
    """

    can_predict = True

    def __init__(
        self,
        labels: int,
        hidden: tuple[int, ...] = (150,),
        dropout: float = 0.0,
        interaction_units: int = 0,
        conditioned: bool = True,
        **kwargs: Any,
    ):
        super().__init__(**kwargs)
        self.is_conditioned = conditioned
        dtype = self.dtype_policy
        self.body = []
        for units in hidden:
            self.body.append(
                keras.layers.Dense(units, activation="softplus", dtype=dtype)
            )
            if dropout:
                self.body.append(keras.layers.Dropout(dropout, dtype=dtype))
        # Corrections of G's logits begin at zero.
        initial = "zeros" if conditioned else "glorot_uniform"
        self.label_scores = keras.layers.Dense(
            labels, kernel_initializer=initial, dtype=dtype
        )  # h
        self.slack = keras.layers.Dense(1, activation="softplus", dtype=dtype)  # n
        if conditioned:
            self.trust = self.add_weight(
                shape=(labels,), initializer="zeros", name="trust"
            )  # v
        self.interaction = None
        if interaction_units:
            self.interaction = keras.layers.Dense(
                interaction_units,
                activation="softplus",
                use_bias=False,
                dtype=dtype,
            )
            self.of_labels = keras.layers.Dense(
                labels, kernel_initializer="zeros", use_bias=False, dtype=dtype
            )  # r

    def features(self, x: tf.Tensor, training: bool = False) -> Features:
        """Returns h(x), `[B, L]`, and n(x), `[B]`, of x, `[B, F]`."""
        for layer in self.body:
            x = layer(x, training=training)
        scores, slack = self.label_scores(x), self.slack(x)
        return tf.cast(scores, tf.float32), tf.cast(slack[:, 0], tf.float32)

    def condition_on(self, features: Features, generator_logits: tf.Tensor) -> Features:
        """Adds (1 + v) g to h(x)."""
        if not self.is_conditioned:
            return features
        scores, slack = features
        trust = tf.cast(self.trust, tf.float32)
        return scores + (1.0 + trust) * generator_logits, slack

    def predict_logits(
        self, features: Features, y: tf.Tensor, training: bool = False
    ) -> tf.Tensor:
        """Returns the logits of q, `[B, L]`, which depend on y through r."""
        del training
        scores = features[0]
        if self.interaction is not None:
            scores += tf.cast(self.of_labels(self.interaction(y)), tf.float32)
        return scores

    def logits(
        self, features: Features, y: tf.Tensor, training: bool = False
    ) -> tf.Tensor:
        """Returns the logits `[B]` of tags y, `[B, L]`."""
        return ratio_logits(self.predict_logits(features, y, training), features[1], y)
