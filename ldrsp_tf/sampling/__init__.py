"""Extra samples (x, y, v*) for the discriminator (Eq. 10).

`sources` draws inference, adversarial and loss-augmented samples; `replay` advances
kept walks a few steps at a time. They may import `losses`, `refinement` and below.
"""

from ldrsp_tf.sampling.replay import ReplayChains
from ldrsp_tf.sampling.sources import (
    Samples,
    SamplingContext,
    Source,
    adversarial_samples,
    adversarial_source,
    inference_samples,
    inference_source,
    loss_augmented_source,
    random_starts,
)
from ldrsp_tf.settings import SamplingSettings

__all__ = [
    "ReplayChains",
    "Samples",
    "SamplingContext",
    "SamplingSettings",
    "Source",
    "adversarial_samples",
    "adversarial_source",
    "inference_samples",
    "inference_source",
    "loss_augmented_source",
    "random_starts",
]
