"""Losses of generator and discriminator, in pairs (Eq. 5, 6 and 10).

Discriminators return logits; D(x, y) of the paper is their sigmoid. Scores may be
vectors `[B]` or maps `[B, H, W]`: every loss is a mean over all their entries, so a map
and the same numbers as a vector have the same loss.
"""

from collections.abc import Callable
from typing import NamedTuple

import tensorflow as tf


class ScoredOutputs(NamedTuple):
    """The discriminator's logits of outputs, and their oracle values.

    Attributes:
      logits: The discriminator's logits, `[B]` or `[B, H, W]`.
      values: The oracle values v* in [0, 1], of the same shape.
    """

    logits: tf.Tensor
    values: tf.Tensor


ValueLoss = Callable[[ScoredOutputs], tf.Tensor]


def squared_value_loss(scored: ScoredOutputs) -> tf.Tensor:
    """Returns the mean of 1/2 (D(x, y) - v*)^2, the regression of Eq. 5 and 10."""
    error = tf.sigmoid(scored.logits) - scored.values
    return 0.5 * tf.reduce_mean(tf.square(error))


def cross_entropy_value_loss(scored: ScoredOutputs) -> tf.Tensor:
    """Returns the mean cross-entropy between v* and D(x, y) (Gygli et al., 2017).

    It has the same minimizer as the squared error, D = E[v*], but its gradient does not
    vanish where the sigmoid saturates on a wrong value.
    """
    return tf.reduce_mean(
        tf.nn.sigmoid_cross_entropy_with_logits(scored.values, scored.logits)
    )


def ldrsp_discriminator_loss(
    real: ScoredOutputs,
    generated: ScoredOutputs,
    samples: ScoredOutputs | None = None,
    *,
    value_loss: ValueLoss = squared_value_loss,
    truth_weight: float = 1.0,
) -> tf.Tensor:
    """Returns the regression of the oracle value: Eq. 5, or with samples Eq. 10.

    Args:
      real: The ground truth, whose oracle value is 1.
      generated: The generator's outputs and their oracle values.
      samples: The extra samples of Eq. 10 (inference or adversarial samples).
      value_loss: The loss of one value: the paper's squared error, or the
        cross-entropy.
      truth_weight: The factor of the ground truth's term, 1 in the paper. Gradient
        ascent on D never visits the ground truth; fitting its target of 1, which x does
        not predict, biases D upwards everywhere.

    Returns:
      A scalar.
    """
    loss = value_loss(generated) + truth_weight * value_loss(real)
    return loss if samples is None else loss + value_loss(samples)


def ldrsp_generator_loss(generated_logits: tf.Tensor) -> tf.Tensor:
    """Returns the adversarial term of Eq. 6, the mean of 1/2 (D(x, G(x)) - 1)^2."""
    best = ScoredOutputs(generated_logits, tf.ones_like(generated_logits))
    return squared_value_loss(best)


def class_cross_entropy(logits: tf.Tensor, y_true: tf.Tensor) -> tf.Tensor:
    """Returns L_g of Eq. 6 for class maps, averaged over examples and pixels.

    Args:
      logits: The generator's logits, `[B, H, W, C]`.
      y_true: One-hot classes, `[B, H, W, C]`.

    Returns:
      A scalar.
    """
    return tf.reduce_mean(
        tf.nn.softmax_cross_entropy_with_logits(labels=y_true, logits=logits)
    )


def binary_cross_entropy(logits: tf.Tensor, y_true: tf.Tensor) -> tf.Tensor:
    """Returns L_g of Eq. 6 for tags, averaged over examples *and* labels.

    A sum over the labels instead would divide the weight of the adversarial term by
    their number.

    Args:
      logits: The generator's logits, `[B, L]`.
      y_true: True tags, `[B, L]`.

    Returns:
      A scalar.
    """
    return tf.reduce_mean(
        tf.nn.sigmoid_cross_entropy_with_logits(labels=y_true, logits=logits)
    )
