"""Oracle values v*(y, y*): how good a relaxed output is (Eq. 1-4 and 11).

Every function takes `y`, the output to score, and `y_true`, the ground truth, both in
[0, 1] and of one shape, and is differentiable almost everywhere. `[B, L]` is a batch
of tag vectors and `[B, H, W, C]` a batch of maps with a class vector in every pixel.

The paper leaves 0/0 open, which arises when output and truth are both empty. Such an
output is right, so its value is 1.
"""

from collections.abc import Callable

import tensorflow as tf

Oracle = Callable[[tf.Tensor, tf.Tensor], tf.Tensor]


def intersection(y: tf.Tensor, y_true: tf.Tensor, axis: list[int]) -> tf.Tensor:
    """Returns the relaxed size of the intersection, sum_i min(y_i, y*_i) (Eq. 3).

    Args:
      y: Outputs in [0, 1], `[B, ...]`.
      y_true: True outputs in [0, 1], `[B, ...]`.
      axis: The axes to sum over.
    """
    return tf.reduce_sum(tf.minimum(y, y_true), axis)


def union(y: tf.Tensor, y_true: tf.Tensor, axis: list[int]) -> tf.Tensor:
    """Returns the relaxed size of the union, sum_i max(y_i, y*_i) (Eq. 4).

    Args:
      y: Outputs in [0, 1], `[B, ...]`.
      y_true: True outputs in [0, 1], `[B, ...]`.
      axis: The axes to sum over.
    """
    return tf.reduce_sum(tf.maximum(y, y_true), axis)


def iou(y: tf.Tensor, y_true: tf.Tensor) -> tf.Tensor:
    """Returns the intersection over union of each example (Eq. 1).

    Args:
      y: Outputs in [0, 1], `[B, ...]`.
      y_true: True outputs in [0, 1], `[B, ...]`.

    Returns:
      Values in [0, 1], `[B]`.
    """
    axis = _example_axes(y)
    return _ratio(intersection(y, y_true, axis), union(y, y_true, axis))


def f1(y: tf.Tensor, y_true: tf.Tensor) -> tf.Tensor:
    """Returns F1 of each example (Eq. 2).

    Since min(a, b) + max(a, b) = a + b, the denominator, intersection plus union, is
    computed as the sum of both outputs.

    Args:
      y: Outputs in [0, 1], `[B, ...]`.
      y_true: True outputs in [0, 1], `[B, ...]`.

    Returns:
      Values in [0, 1], `[B]`.
    """
    return _f1(y, y_true, _example_axes(y))


def pixel_f1(y: tf.Tensor, y_true: tf.Tensor) -> tf.Tensor:
    """Returns F1 of the class vector of every pixel (Eq. 11).

    With one channel a correct background pixel is 0/0: use class vectors, C >= 2.

    Args:
      y: Outputs in [0, 1], `[B, H, W, C]`.
      y_true: True outputs in [0, 1], `[B, H, W, C]`.

    Returns:
      Values in [0, 1], `[B, H, W]`.
    """
    return _f1(y, y_true, [-1])


def above_half(y: tf.Tensor) -> tf.Tensor:
    """Returns the decided output of tags: 1 where an entry is above 0.5, else 0."""
    return tf.cast(y > 0.5, y.dtype)


def binarized(
    oracle: Oracle, decide: Callable[[tf.Tensor], tf.Tensor] = above_half
) -> Oracle:
    """Returns `oracle` of the output that is decided from `y`.

    The relaxed values of Eq. 3-4 punish an unsure output that would be decided rightly;
    this variant scores the decided output, which is the one that a user gets.

    Args:
      oracle: A function of `(y, y_true)`.
      decide: A function from relaxed outputs to 0/1 outputs of the same shape.
    """

    def value(y: tf.Tensor, y_true: tf.Tensor) -> tf.Tensor:
        return oracle(decide(y), y_true)

    return value


def _f1(y: tf.Tensor, y_true: tf.Tensor, axis: list[int]) -> tf.Tensor:
    size = tf.reduce_sum(y, axis) + tf.reduce_sum(y_true, axis)
    return _ratio(2.0 * intersection(y, y_true, axis), size)


def _example_axes(y: tf.Tensor) -> list[int]:
    return list(range(1, y.shape.rank))


def _ratio(numerator: tf.Tensor, denominator: tf.Tensor) -> tf.Tensor:
    # The inner tf.where keeps the gradient of the branch not taken finite.
    empty = denominator <= 0.0
    safe = tf.where(empty, tf.ones_like(denominator), denominator)
    return tf.where(empty, tf.ones_like(numerator), numerator / safe)
