"""G's loss: the surrogate loss and the adversarial term (Eq. 6)."""

from typing import Any

import tensorflow as tf

from ldrsp_tf.distribution.replicas import Scalars
from ldrsp_tf.losses.adaptive_weight import adaptive_weight
from ldrsp_tf.prediction.network_pair import NetworkPair
from ldrsp_tf.settings import TrainingSettings


def generator_loss(
    pair: NetworkPair,
    settings: TrainingSettings,
    tape: tf.GradientTape,
    scalars: Scalars,
    features: Any,
    logits: tf.Tensor,
    y_generated: tf.Tensor,
) -> tf.Tensor:
    """Returns Eq. 6, and adds its adversarial term to the scalars.

    Args:
      pair: The networks.
      settings: The weight of the adversarial term, or its share.
      tape: The tape that recorded `logits`, and records the loss. It has to be
        persistent if the settings give a share.
      scalars: The surrogate loss of `logits` and, if G has losses of its own, their
        sum, by name. The adversarial loss, and its weight if that is adaptive, are
        added.
      features: D's features of x; of no use if the method has no adversarial term.
      logits: G's logits of x, `[B, ...]`.
      y_generated: G's outputs, of the same shape.
    """
    method = pair.method
    loss = scalars["surrogate_loss"]
    if "regularization_loss" in scalars:
        loss += scalars["regularization_loss"]
    if method.generator_loss is None:
        return loss
    discriminator = pair.require_discriminator()
    adversarial = method.generator_loss(discriminator.logits(features, y_generated))
    scalars["adversarial_loss"] = adversarial
    weight: float | tf.Tensor = settings.adversarial_weight
    if settings.adversarial_share is not None:
        parts = scalars["surrogate_loss"], adversarial
        with tape.stop_recording():
            gradients = [tape.gradient(part, logits) for part in parts]
        weight = adaptive_weight(settings.adversarial_share, *gradients)
        scalars["adversarial_weight"] = weight
    return loss + weight * adversarial
