"""Learning discriminators as energy networks: train, refine and measure (LDRSP).

The names below are those that a user of the library meets first. Each is imported when
it is asked for, and so is each sub-module (`ldrsp_tf.oracles`), so that `import
ldrsp_tf` does not wait for TensorFlow.
"""

import importlib
import pkgutil
from typing import TYPE_CHECKING, Any

from ldrsp_tf.deprecation import support_moved_modules
from ldrsp_tf.errors import require_tensorflow_backend

if TYPE_CHECKING:
    from ldrsp_tf.data.folds import assign_folds
    from ldrsp_tf.errors import (
        DivergenceError,
        NotFittedError,
        TrainingError,
        UsageError,
    )
    from ldrsp_tf.models import (
        MLP,
        AutoencoderEnergy,
        CrossFitted,
        Discriminator,
        EnergyNetwork,
        MeanDiscriminator,
        PatchDiscriminator,
        RatioNetwork,
        SegmentationNetwork,
        ValueNetwork,
    )
    from ldrsp_tf.prediction.crops import Crops
    from ldrsp_tf.refinement import Refinement
    from ldrsp_tf.refiner import Refiner
    from ldrsp_tf.settings import RefinementGrid, SamplingSettings, TrainingSettings
    from ldrsp_tf.spaces import BinaryMaskSpace, ClassMapSpace, TagSpace

__version__ = "0.2.0"

_SOURCES = {
    "AutoencoderEnergy": "models",
    "BinaryMaskSpace": "spaces",
    "ClassMapSpace": "spaces",
    "CrossFitted": "models",
    "Crops": "prediction.crops",
    "Discriminator": "models",
    "DivergenceError": "errors",
    "EnergyNetwork": "models",
    "MLP": "models",
    "MeanDiscriminator": "models",
    "NotFittedError": "errors",
    "PatchDiscriminator": "models",
    "RatioNetwork": "models",
    "Refinement": "refinement",
    "RefinementGrid": "settings",
    "Refiner": "refiner",
    "SamplingSettings": "settings",
    "SegmentationNetwork": "models",
    "TagSpace": "spaces",
    "TrainingError": "errors",
    "TrainingSettings": "settings",
    "UsageError": "errors",
    "ValueNetwork": "models",
    "assign_folds": "data.folds",
}
_WITHOUT_KERAS = ("errors", "settings")
_SUBMODULES = frozenset(module.name for module in pkgutil.iter_modules(__path__))

__all__ = [
    "MLP",
    "AutoencoderEnergy",
    "BinaryMaskSpace",
    "ClassMapSpace",
    "Crops",
    "CrossFitted",
    "Discriminator",
    "DivergenceError",
    "EnergyNetwork",
    "MeanDiscriminator",
    "NotFittedError",
    "PatchDiscriminator",
    "RatioNetwork",
    "Refinement",
    "RefinementGrid",
    "Refiner",
    "SamplingSettings",
    "SegmentationNetwork",
    "TagSpace",
    "TrainingError",
    "TrainingSettings",
    "UsageError",
    "ValueNetwork",
    "__version__",
    "assign_folds",
]

support_moved_modules()


def __getattr__(name: str) -> Any:
    if name in _SOURCES:
        return getattr(_import(_SOURCES[name]), name)
    if name in _SUBMODULES:
        return _import(name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def _import(name: str) -> Any:
    if name not in _WITHOUT_KERAS:
        require_tensorflow_backend()
    return importlib.import_module(f"{__name__}.{name}")


def __dir__() -> list[str]:
    return sorted({*__all__, *_SUBMODULES})
