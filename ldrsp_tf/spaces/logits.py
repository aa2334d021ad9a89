"""Logits of probabilities: the inverses of sigmoid and softmax."""

import tensorflow as tf

# Probabilities nearer to 0 or 1 would have logits that no step can leave.
_MARGIN = 1e-6


def logits_of_bernoulli(probabilities: tf.Tensor) -> tf.Tensor:
    """Inverts the sigmoid, entry by entry."""
    p = tf.clip_by_value(probabilities, _MARGIN, 1.0 - _MARGIN)
    return tf.math.log(p) - tf.math.log1p(-p)


def logits_of_categorical(probabilities: tf.Tensor) -> tf.Tensor:
    """Inverts the softmax over the last axis, up to a constant."""
    return tf.math.log(tf.maximum(probabilities, _MARGIN))
