"""The gradient penalty of WGAN-GP (Gulrajani et al., 2017)."""

from collections.abc import Callable

import tensorflow as tf

from ldrsp_tf.distribution.replicas import draw_by_example
from ldrsp_tf.refinement import Score

Penalty = Callable[[Score, tf.Tensor, tf.Tensor, tf.Tensor], tf.Tensor]


def gradient_penalty(
    critic: Score, y_true: tf.Tensor, y_generated: tf.Tensor, seed: tf.Tensor
) -> tf.Tensor:
    """Returns the mean of (||d critic / dy|| - 1)^2 between ground truth and G(x).

    It is evaluated at u y* + (1 - u) G(x), with one u, uniform in [0, 1], for each
    example. The critic's value of an example is the mean of its map, as in the loss,
    and the norm goes over the whole output.

    Args:
      critic: A function from outputs `[B, ...]` to values `[B]` or maps `[B, H, W]`, of
        operations that can be differentiated twice.
      y_true: True outputs y*, `[B, ...]`.
      y_generated: Generated outputs G(x), `[B, ...]`.
      seed: A seed for stateless random operations, `[2]`.

    Returns:
      A scalar, 0 for a critic of slope 1.
    """
    ones = [1] * (y_true.shape.rank - 1)
    share = draw_by_example(
        lambda n: tf.random.stateless_uniform([n, *ones], seed), tf.shape(y_true)[0]
    )
    y = share * y_true + (1.0 - share) * y_generated
    with tf.GradientTape(watch_accessed_variables=False) as tape:
        tape.watch(y)
        values = example_mean(critic(y))
    gradient = tape.gradient(values, y)
    axes = list(range(1, y.shape.rank))
    squares = tf.reduce_sum(tf.square(gradient), axes)
    # The root has no finite slope at 0.
    norms = tf.sqrt(squares + 1e-12)
    return tf.reduce_mean(tf.square(norms - 1.0))


def example_mean(values: tf.Tensor) -> tf.Tensor:
    """Returns the critic's value of each example, the mean of its map, `[B]`.

    Args:
      values: Values `[B]`, or maps of them `[B, H, W]`.
    """
    return tf.reduce_mean(tf.reshape(values, [tf.shape(values)[0], -1]), 1)
