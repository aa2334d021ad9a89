"""Checks of the shapes that the networks of a trainer output."""

import tensorflow as tf

from ldrsp_tf.errors import UsageError


def require_output_shape(logits: tf.Tensor, y: tf.Tensor) -> None:
    """Refuses a generator whose outputs have another shape than the data.

    Args:
      logits: The generator's logits.
      y: True outputs of the same inputs.

    Raises:
      UsageError: The shapes differ.
    """
    if logits.shape != y.shape:
        raise UsageError(
            f"The generator makes outputs of shape {tuple(logits.shape[1:])} where "
            f"the data has {tuple(y.shape[1:])}."
        )


def require_score_shape(scores: tf.Tensor, values: tf.Tensor) -> None:
    """Refuses a discriminator whose scores have another shape than the oracle's values.

    Args:
      scores: The discriminator's scores.
      values: The oracle's values of the same outputs.

    Raises:
      UsageError: The shapes differ.
    """
    if scores.shape != values.shape:
        raise UsageError(
            f"The discriminator's scores have shape {tuple(scores.shape)} "
            f"where the oracle's values have {tuple(values.shape)}."
        )
