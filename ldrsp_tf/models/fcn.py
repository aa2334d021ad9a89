"""The fully convolutional network of the segmentation tasks (Gygli et al., 2017)."""

import keras
import tensorflow as tf

from ldrsp_tf.distribution.replicas import number_of_replicas, present_strategy

BATCH_NORM_MOMENTUM = 0.9


class FCNBody(keras.layers.Layer):
    """All of the FCN but its first convolution.

    The first convolution is left to the network around it: a discriminator adds the
    convolutions of image and mask there.

    Args:
      outputs: Channels of the result.
      width: Channels of the first convolution; 64 in the paper. The others have twice
        as many.
      batch_norm: Batch normalisation before each ReLU. The paper does not mention it; a
        learning rate of 0.01 needs it.
    """

    stride = 4  # Height and width of the input have to be multiples of it.

    def __init__(self, outputs: int, width: int, batch_norm: bool, **kwargs):
        super().__init__(**kwargs)
        down = {"kernel_size": 5, "strides": 2, "padding": "same"}
        self.norm = normalisation(batch_norm)
        self.inner = [
            keras.Sequential([layer, normalisation(batch_norm), keras.layers.ReLU()])
            for layer in (
                keras.layers.Conv2D(2 * width, use_bias=not batch_norm, **down),
                keras.layers.Conv2D(2 * width, use_bias=not batch_norm, **down),
                keras.layers.Conv2DTranspose(
                    2 * width, use_bias=not batch_norm, **down
                ),
            )
        ]
        self.head = keras.layers.Conv2DTranspose(outputs, **down)

    def call(self, x: tf.Tensor, training: bool = False) -> tf.Tensor:
        """Maps the first convolution's result, `[B, H, W, width]`, to logits."""
        x = tf.nn.relu(self.norm(x, training=training))
        for layer in self.inner:
            x = layer(x, training=training)
        return self.head(x)


def normalisation(batch_norm: bool) -> keras.layers.Layer:
    """Batch normalisation with moving averages that follow some ten steps, or nothing.

    The discriminator is used as it stands during training, to make samples: averages
    over the hundred steps of Keras' default lag too far behind it. Replicas of a
    `tf.distribute` strategy have the statistics of the whole batch.
    """
    if batch_norm:
        replicas = number_of_replicas(present_strategy())
        return keras.layers.BatchNormalization(
            momentum=BATCH_NORM_MOMENTUM, synchronized=replicas > 1
        )
    return keras.layers.Identity()
