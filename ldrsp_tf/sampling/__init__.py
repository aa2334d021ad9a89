"""Extra samples (x, y, v*) for the discriminator (Eq. 10).

`sources` draws inference, adversarial and loss-augmented samples; `replay` advances
kept walks a few steps at a time. They may import `losses`, `refinement` and below.
"""

from ldrsp_tf.sampling.replay import ReplayChains
from ldrsp_tf.sampling.sources import (
    AdversarialSource,
    InferenceSource,
    LossAugmentedSource,
    Samples,
    SamplingContext,
    Source,
    SourceFactory,
    StatelessSource,
    adversarial_samples,
    inference_samples,
    random_starts,
)
from ldrsp_tf.settings import SamplingSettings

__all__ = [
    "AdversarialSource",
    "InferenceSource",
    "LossAugmentedSource",
    "ReplayChains",
    "Samples",
    "SamplingContext",
    "SamplingSettings",
    "Source",
    "SourceFactory",
    "StatelessSource",
    "adversarial_samples",
    "inference_samples",
    "random_starts",
]
