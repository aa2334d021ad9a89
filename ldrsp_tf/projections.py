"""Projections P of Eq. 8-9 onto the feasible set of relaxed outputs."""

from collections.abc import Callable

import tensorflow as tf

Projection = Callable[[tf.Tensor], tf.Tensor]


def box(y: tf.Tensor) -> tf.Tensor:
    """Clips every entry of `y`, of any shape, to [0, 1] (P of Eq. 8-9)."""
    return tf.clip_by_value(y, 0.0, 1.0)


def simplex(y: tf.Tensor) -> tf.Tensor:
    """Projects each class vector onto the probability simplex (P of Eq. 8-9).

    This is the Euclidean projection by sorting: with the entries in falling order u,
    the largest rank k with u_k > (u_1 + ... + u_k - 1) / k gives the amount that every
    entry loses before it is cut at 0 (Held, Wolfe & Crowder 1974).

    Args:
      y: Real values, `[..., C]`.

    Returns:
      Values in [0, 1] that sum to 1 over the last axis, `[..., C]`; NaN of a vector
      with NaN.
    """
    # A shift of all entries by one amount changes nothing; without it the 1 would lose
    # digits beside huge entries.
    y = y - tf.reduce_max(y, axis=-1, keepdims=True)
    falling = tf.sort(y, axis=-1, direction="DESCENDING")
    excess = tf.cumsum(falling, axis=-1) - 1.0
    rank = tf.range(1, tf.shape(y)[-1] + 1, dtype=tf.int32)
    mean_excess = excess / tf.cast(rank, y.dtype)
    kept = tf.reduce_sum(tf.cast(falling > mean_excess, tf.int32), -1, keepdims=True)
    # At least one is kept, but none of NaN.
    last = tf.maximum(kept - 1, 0)
    loss = tf.gather(mean_excess, last, batch_dims=y.shape.rank - 1, axis=-1)
    return tf.maximum(y - loss, 0.0)
