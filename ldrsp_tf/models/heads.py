"""Heads with the oracle's shape: scores of y against an output that D predicts itself.

A network that scores y freely is right where it was trained and may be anything
elsewhere, which a walk exploits. With these heads the network predicts an output *q*,
and the score of y is the oracle value that y would have if q were the ground truth. Its
gradient points towards q from any y, and a walk ends there.
"""

import tensorflow as tf

# Keeps the gradient of a certain and wrong score finite.
_MARGIN = 1e-4


def bilinear_logits(class_logits: tf.Tensor, y: tf.Tensor) -> tf.Tensor:
    """Returns logits of D_i = sum_c y_ic q_ic, with q the softmax of `class_logits`.

    For a true class vector y*_i and y_i on the simplex, the oracle value of Eq. 11 is
    sum_c y_ic y*_ic.

    Args:
      class_logits: D's logits of each class, `[B, H, W, C]`.
      y: Masks, `[B, H, W, C]`.

    Returns:
      Logits `[B, H, W]`.
    """
    q = tf.nn.softmax(class_logits)
    right = tf.reduce_sum(y * q, -1) + _MARGIN
    wrong = tf.reduce_sum(y * (1.0 - q), -1) + _MARGIN
    return tf.math.log(right) - tf.math.log(wrong)


def ratio_logits(label_logits: tf.Tensor, slack: tf.Tensor, y: tf.Tensor) -> tf.Tensor:
    """Returns logits of D = 2 sum_i y_i q_i / (sum_i y_i + sum_i q_i + n).

    q is the sigmoid of `label_logits`. With n = 0 and q the true tags, D is F1 (Eq. 2);
    with q their probabilities, it is about the expected F1, which
    `metrics.plugin_decode` maximizes.

    Args:
      label_logits: D's logits of each label, `[B, L]`.
      slack: The correction n >= 0 of the ratio of expectations, `[B]`.
      y: Tags, `[B, L]`.

    Returns:
      Logits `[B]`.
    """
    q = tf.sigmoid(label_logits)
    common = 2.0 * tf.reduce_sum(y * q, -1)
    sizes = tf.reduce_sum(y + q, -1) + slack
    # y + q - 2 y q is never negative.
    return tf.math.log(common + _MARGIN) - tf.math.log(sizes - common + _MARGIN)
