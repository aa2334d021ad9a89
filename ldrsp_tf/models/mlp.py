"""The two-layer network of the multi-label tasks (Belanger & McCallum, 2016)."""

from typing import Any

import keras
import tensorflow as tf

from ldrsp_tf.models.config_from_init import ConfigFromInit


@keras.saving.register_keras_serializable(package="ldrsp_tf")
class MLP(ConfigFromInit, keras.Model):
    """Hidden ReLU layers and one linear layer that outputs a logit for every label.

    Args:
      labels: L, the number of labels.
      hidden: The number of units of each hidden layer; one hidden layer makes the
        paper's two layers.
      input_dropout: The share of the inputs that is dropped in training.
      hidden_dropout: The share of the hidden units that is dropped in training.
      l2: The factor of the sum of squared weights, biases excluded, in the loss.
    """

    from_logits = True

    def __init__(
        self,
        labels: int,
        hidden: tuple[int, ...] = (150,),
        input_dropout: float = 0.0,
        hidden_dropout: float = 0.0,
        l2: float = 0.0,
        **kwargs: Any,
    ):
        super().__init__(**kwargs)
        dtype = self.dtype_policy
        penalty = keras.regularizers.L2(l2) if l2 else None
        self.body = []
        if input_dropout:
            self.body.append(keras.layers.Dropout(input_dropout, dtype=dtype))
        for units in hidden:
            self.body.append(
                keras.layers.Dense(
                    units, "relu", kernel_regularizer=penalty, dtype=dtype
                )
            )
            if hidden_dropout:
                self.body.append(keras.layers.Dropout(hidden_dropout, dtype=dtype))
        self.head = keras.layers.Dense(labels, kernel_regularizer=penalty, dtype=dtype)

    def call(self, x: tf.Tensor, training: bool = False) -> tf.Tensor:
        """Returns logits `[B, L]` of features `[B, F]`."""
        for layer in self.body:
            # Dense takes no `training`; Keras passes it on to the layers that do.
            x = layer(x, training=training)
        return self.head(x)
