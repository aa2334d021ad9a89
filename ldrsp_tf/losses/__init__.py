"""Losses of generator and discriminator, in pairs (Eq. 5, 6 and 10).

`ldrsp` has the paper's and the surrogate losses, `baselines` those of the methods that
the paper compares with, `gradient_penalty` the penalty of WGAN-GP, `adaptive_weight`
the weight of Eq. 6's adversarial term by gradients. Pure functions of
logits and oracle values; they may import `refinement` and what is below it.
"""

from ldrsp_tf.losses.adaptive_weight import adaptive_weight
from ldrsp_tf.losses.gradient_penalty import Penalty, gradient_penalty
from ldrsp_tf.losses.ldrsp import (
    ScoredOutputs,
    ValueLoss,
    binary_cross_entropy,
    class_cross_entropy,
    cross_entropy_value_loss,
    ldrsp_discriminator_loss,
    ldrsp_generator_loss,
    squared_value_loss,
)

__all__ = [
    "Penalty",
    "ScoredOutputs",
    "ValueLoss",
    "adaptive_weight",
    "binary_cross_entropy",
    "class_cross_entropy",
    "cross_entropy_value_loss",
    "gradient_penalty",
    "ldrsp_discriminator_loss",
    "ldrsp_generator_loss",
    "squared_value_loss",
]
