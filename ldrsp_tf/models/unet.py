"""A small U-Net for the generator or the discriminator of a segmentation task."""

from typing import Any

import keras
import tensorflow as tf

from ldrsp_tf.models.fcn import build_in_turn, join_layers, normalization

_DEPTH = 3  # The number of downsamplings.


class UNetBody(keras.layers.Layer):
    """All of the U-Net but its first convolution (see `FCNBody`).

    Args:
      outputs: The number of channels of the result.
      width: The number of channels at full resolution, which doubles with each
        downsampling.
      batch_norm: Whether there is batch normalization before each ReLU.
    """

    stride = 2**_DEPTH  # Height and width of the input have to be multiples of it.

    def __init__(self, outputs: int, width: int, batch_norm: bool, **kwargs: Any):
        super().__init__(**kwargs)
        widths = [width * 2**level for level in range(_DEPTH + 1)]
        dtype = self.dtype_policy
        self.norm = normalization(batch_norm, dtype)
        self.first = _convolution(width, batch_norm, dtype)
        self.down = [
            join_layers(
                [
                    keras.layers.MaxPooling2D(dtype=dtype),
                    _convolution(channels, batch_norm, dtype),
                    _convolution(channels, batch_norm, dtype),
                ]
            )
            for channels in widths[1:]
        ]
        self.up = [
            keras.layers.Conv2DTranspose(channels, 2, strides=2, dtype=dtype)
            for channels in reversed(widths[:-1])
        ]
        self.merge = [
            join_layers([_convolution(channels, batch_norm, dtype) for _ in range(2)])
            for channels in reversed(widths[:-1])
        ]
        self.head = keras.layers.Conv2D(outputs, 1, dtype=dtype)

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        """Makes all weights, which Keras would do by one more run of `call`.

        Args:
          input_shape: The shape of the first convolution's result.
        """
        shape = build_in_turn([self.norm, self.first], input_shape)
        skipped = []
        for layer in self.down:
            skipped.append(shape)
            shape = build_in_turn([layer], shape)
        for up, merge in zip(self.up, self.merge):
            parts = [skipped.pop(), build_in_turn([up], shape)]
            merged = keras.layers.Concatenate().compute_output_shape(parts)
            shape = build_in_turn([merge], merged)
        self.head.build(shape)

    def call(self, x: tf.Tensor, training: bool = False) -> tf.Tensor:
        """Maps the first convolution's result, `[B, H, W, width]`, to logits."""
        x = self.first(tf.nn.relu(self.norm(x, training=training)), training=training)
        skipped = []
        for layer in self.down:
            skipped.append(x)
            x = layer(x, training=training)
        for up, merge in zip(self.up, self.merge):
            x = merge(tf.concat([skipped.pop(), up(x)], -1), training=training)
        return self.head(x)


def _convolution(
    channels: int, batch_norm: bool, dtype: keras.DTypePolicy
) -> keras.Sequential:
    return join_layers(
        [
            keras.layers.Conv2D(
                channels, 3, padding="same", use_bias=not batch_norm, dtype=dtype
            ),
            normalization(batch_norm, dtype),
            keras.layers.ReLU(dtype=dtype),
        ]
    )
