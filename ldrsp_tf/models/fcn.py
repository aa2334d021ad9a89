"""The fully convolutional network of the segmentation tasks (Gygli et al., 2017)."""

from collections.abc import Sequence
from typing import Any

import keras
import tensorflow as tf

from ldrsp_tf.distribution.replicas import number_of_replicas, present_strategy

BATCH_NORM_MOMENTUM = 0.9


class FCNBody(keras.layers.Layer):
    """All of the FCN but its first convolution.

    The first convolution is left to the network around it: a discriminator adds the
    convolutions of image and mask there.

    Args:
      outputs: The number of channels of the result.
      width: The number of channels of the first convolution, 64 in the paper; the other
        convolutions have twice as many.
      batch_norm: Whether there is batch normalization before each ReLU. The paper does
        not mention it; a learning rate of 0.01 needs it.
    """

    stride = 4  # Height and width of the input have to be multiples of it.

    def __init__(self, outputs: int, width: int, batch_norm: bool, **kwargs: Any):
        super().__init__(**kwargs)
        dtype = self.dtype_policy
        down = {"kernel_size": 5, "strides": 2, "padding": "same", "dtype": dtype}
        self.norm = normalization(batch_norm, dtype)
        self.inner = [
            join_layers(
                [
                    layer,
                    normalization(batch_norm, dtype),
                    keras.layers.ReLU(dtype=dtype),
                ]
            )
            for layer in (
                keras.layers.Conv2D(2 * width, use_bias=not batch_norm, **down),
                keras.layers.Conv2D(2 * width, use_bias=not batch_norm, **down),
                keras.layers.Conv2DTranspose(
                    2 * width, use_bias=not batch_norm, **down
                ),
            )
        ]
        self.head = keras.layers.Conv2DTranspose(outputs, **down)

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        """Makes all weights, which Keras would do by one more run of `call`.

        Args:
          input_shape: The shape of the first convolution's result.
        """
        build_in_turn([self.norm, *self.inner, self.head], input_shape)

    def call(self, x: tf.Tensor, training: bool = False) -> tf.Tensor:
        """Maps the first convolution's result, `[B, H, W, width]`, to logits."""
        x = tf.nn.relu(self.norm(x, training=training))
        for layer in self.inner:
            x = layer(x, training=training)
        return self.head(x)


def build_in_turn(
    layers: Sequence[keras.layers.Layer], shape: tuple[int | None, ...]
) -> tuple[int | None, ...]:
    """Builds layers, each of which maps the result of the one before.

    Args:
      layers: The layers.
      shape: The shape of the first one's input.

    Returns:
      The shape of the last one's result.
    """
    for layer in layers:
        layer.build(shape)
        shape = layer.compute_output_shape(shape)
    return shape


def join_layers(layers: Sequence[keras.layers.Layer]) -> keras.Sequential:
    """Returns layers in turn as one, with the precision of the first.

    Keras would convert the inputs to the precision that is set for all of it.

    Args:
      layers: The layers.
    """
    joined = keras.Sequential(layers)
    joined.dtype_policy = layers[0].dtype_policy
    return joined


def normalization(
    batch_norm: bool, dtype: keras.DTypePolicy | None = None
) -> keras.layers.Layer:
    """Makes a batch normalization, or an identity in its place.

    Its moving averages follow some ten steps. Samples are drawn during training with
    the discriminator as it stands, and averages over the hundred steps of Keras'
    default lag too far behind it. Replicas of a `tf.distribute` strategy have the
    statistics of the whole batch.

    Args:
      batch_norm: Whether to normalize.
      dtype: The precision of the layer; Keras' present one by default.
    """
    if batch_norm:
        replicas = number_of_replicas(present_strategy())
        return keras.layers.BatchNormalization(
            momentum=BATCH_NORM_MOMENTUM, synchronized=replicas > 1, dtype=dtype
        )
    return keras.layers.Identity(dtype=dtype)
