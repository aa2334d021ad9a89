"""Heads with the oracle's shape: a score of y, given which output D itself believes in.

A network that scores y freely is right where it was trained and may be anything
elsewhere, which a walk finds out. These heads leave the network to say which output it
believes in, *q*; the score of y is the oracle's value of y if the truth were q. Its
gradient points at q wherever y is, and ends there.
"""

import tensorflow as tf

# Keeps the gradient of a certain and wrong score finite.
_MARGIN = 1e-4


def bilinear_logits(class_logits: tf.Tensor, y: tf.Tensor) -> tf.Tensor:
    """Logits of D_i = sum_c y_ic q_ic, with q the softmax of `class_logits`.

    For a true class vector y*_i and y_i on the simplex, the oracle value of Eq. 11 is
    sum_c y_ic y*_ic.

    Args:
      class_logits: What D says of each class, `[B, H, W, C]`.
      y: Masks, `[B, H, W, C]`.

    Returns:
      `[B, H, W]`.
    """
    q = tf.nn.softmax(class_logits)
    right = tf.reduce_sum(y * q, -1) + _MARGIN
    wrong = tf.reduce_sum(y * (1.0 - q), -1) + _MARGIN
    return tf.math.log(right) - tf.math.log(wrong)


def ratio_logits(label_logits: tf.Tensor, slack: tf.Tensor, y: tf.Tensor) -> tf.Tensor:
    """Logits of D = 2 sum_i y_i q_i / (sum_i y_i + sum_i q_i + n), q = sigmoid.

    With n = 0 and q the true tags, it is F1 (Eq. 2); with q their probabilities, about
    the expected F1, whose maximum is what the plug-in decoder finds.

    Args:
      label_logits: What D says of each label, `[B, L]`.
      slack: n >= 0, for what the ratio of expectations leaves out, `[B]`.
      y: Tags, `[B, L]`.

    Returns:
      `[B]`.
    """
    q = tf.sigmoid(label_logits)
    common = 2.0 * tf.reduce_sum(y * q, -1)
    sizes = tf.reduce_sum(y + q, -1) + slack
    # y + q - 2 y q is never negative.
    return tf.math.log(common + _MARGIN) - tf.math.log(sizes - common + _MARGIN)
