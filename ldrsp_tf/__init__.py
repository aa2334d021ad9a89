"""Learning discriminators as energy networks: train, refine and measure (LDRSP).

The names below are those that a user of the library meets first; each is imported when
it is asked for, so that what needs no TensorFlow does not wait for it.
"""

import importlib
from typing import Any

__version__ = "0.1.0"

_MODULES = {
    "ClassMapSpace": "spaces",
    "CrossFitted": "cross_fitting",
    "Crops": "crops",
    "Discriminator": "models",
    "DivergenceError": "errors",
    "EnergyNetwork": "models",
    "MLP": "models",
    "MeanDiscriminator": "models.mean_discriminator",
    "PatchDiscriminator": "models.segmentation",
    "RatioNetwork": "models.ratio_network",
    "Refinement": "prediction",
    "RefinementGrid": "selection",
    "Refiner": "refiner",
    "SamplingSettings": "sampling",
    "SegmentationNetwork": "models.segmentation",
    "TagSpace": "spaces",
    "TrainingError": "errors",
    "TrainingSettings": "training_settings",
    "UsageError": "errors",
    "fold_of_rows": "cross_fitting",
}
__all__ = [*_MODULES, "__version__"]


def __getattr__(name: str) -> Any:
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_MODULES[name]}"), name)


def __dir__() -> list[str]:
    return sorted(__all__)
