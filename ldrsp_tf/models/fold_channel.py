"""The fold of a row as the last channel of its input.

Gathering and replay carry it along, so that the trainer needs no knowledge of folds.
"""

import numpy as np
import tensorflow as tf


def append_fold_channel(x: np.ndarray, folds: np.ndarray) -> np.ndarray:
    """Appends the fold of each row as a last feature or channel.

    Args:
      x: Inputs, `[N, ..., F]`.
      folds: The fold of each row, `[N]`.

    Returns:
      `[N, ..., F + 1]`, of the type of `x`, or the next type that holds a byte.
    """
    channel = np.broadcast_to(
        folds.reshape(-1, *[1] * (x.ndim - 1)), (*x.shape[:-1], 1)
    )
    dtype = np.result_type(x.dtype, np.uint8)
    return np.concatenate([x, channel], axis=-1, dtype=dtype, casting="unsafe")


def without_fold(x: tf.Tensor, channels: int) -> tf.Tensor:
    """Returns inputs `[B, ..., F]` without the fold channel that they may carry."""
    return x[..., :channels]


def with_fold(x: tf.Tensor, folds: tf.Tensor) -> tf.Tensor:
    """Returns inputs `[B, ..., F]` with their folds `[B]` as a last channel."""
    channel = tf.reshape(tf.cast(folds, x.dtype), [-1, *[1] * (len(x.shape) - 1)])
    channel = tf.broadcast_to(channel, [*tf.unstack(tf.shape(x))[:-1], 1])
    return tf.concat([x, channel], -1)


def fold_of_inputs(x: tf.Tensor, channels: int) -> tf.Tensor | None:
    """Reads the fold of each input.

    Args:
      x: Inputs, `[B, ..., F]` or `[B, ..., F + 1]`.
      channels: F, the size of the last axis without a fold.

    Returns:
      Folds `[B]`, int32; None if the inputs carry none.
    """
    if x.shape[-1] == channels:
        return None
    channel = tf.reshape(x[..., channels], [tf.shape(x)[0], -1])[:, 0]
    # The channel of an interpolated image is not quite a whole number.
    return tf.cast(tf.round(tf.cast(channel, tf.float32)), tf.int32)
