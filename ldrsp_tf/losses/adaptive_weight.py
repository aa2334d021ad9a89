"""The weight of the adversarial term of Eq. 6 by gradients (Esser et al., 2021)."""

import tensorflow as tf

from ldrsp_tf.distribution.replicas import sum_over_replicas

MAX_WEIGHT = 1e4
_EPSILON = 1e-12


def adaptive_weight(
    share: float, surrogate_gradient: tf.Tensor, adversarial_gradient: tf.Tensor
) -> tf.Tensor:
    """Returns the weight of an adversarial gradient of a share of the surrogate's norm.

    It is share * ||d surrogate / d logits|| / (||d adversarial / d logits|| + epsilon),
    in [0, 1e4], as the adaptive weight of VQGAN (Esser et al., 2021, Eq. 7), which
    takes the gradients at the last layer. Here they are those at G's logits, and
    epsilon is 1e-12, small enough that the scale of D cancels. Norms go over the whole
    batch, of all replicas.

    Args:
      share: The share that the weighted adversarial gradient's norm has of the
        surrogate's, >= 0.
      surrogate_gradient: The gradient of the surrogate loss at the logits, `[B, ...]`.
      adversarial_gradient: The gradient of the adversarial term there, `[B, ...]`.

    Returns:
      The weight, a scalar that no gradient passes through.
    """
    gradients = surrogate_gradient, adversarial_gradient
    squares = tf.stack([tf.reduce_sum(tf.square(g)) for g in gradients])
    surrogate, adversarial = tf.unstack(tf.sqrt(sum_over_replicas(squares)))
    weight = share * surrogate / (adversarial + _EPSILON)
    return tf.stop_gradient(tf.minimum(weight, MAX_WEIGHT))
