"""Paths of modules before version 0.2, which are supported until version 0.3."""

import importlib
import importlib.abc
import importlib.machinery
import sys
import types
import warnings
from collections.abc import Sequence

# The path before, and the path now, both within the package.
MOVED = {
    "affine": "data.augmentation",
    "baseline_losses": "losses.baselines",
    "checkpoints": "training.checkpoints",
    "crops": "prediction.crops",
    "diagnostics": "evaluation.diagnostics",
    "examples": "data.examples",
    "exported": "refiner.export",
    "files": "training.files",
    "fitting": "training.loop",
    "folder_lock": "training.folder_lock",
    "gradient_penalty": "losses.gradient_penalty",
    "history": "training.history",
    "models.configured": "models.config_from_init",
    "models.mean_discriminator": "models.ensembles",
    "networks": "prediction.network_pair",
    "optimizers": "training.optimizers",
    "replay": "sampling.replay",
    "replicas": "distribution.replicas",
    "saved_refiner": "refiner.saving",
    "seeding": "refiner.seeding",
    "selection": "prediction.grid_search",
    "sources": "training.sample_mixer",
    "superpixels": "evaluation.superpixels",
    "user_networks": "refiner.arguments",
    "validation": "evaluation.validation",
    "workers": "distribution.workers",
}


class _MovedModules(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """A finder of modules under their paths before version 0.2."""

    def find_spec(
        self,
        fullname: str,
        path: Sequence[str] | None,
        target: types.ModuleType | None = None,
    ) -> importlib.machinery.ModuleSpec | None:
        """Returns the spec of a module that has moved; None for any other."""
        name = fullname.removeprefix("ldrsp_tf.")
        if name == fullname or name not in MOVED:
            return None
        return importlib.machinery.ModuleSpec(fullname, self)

    def exec_module(self, module: types.ModuleType) -> None:
        """Fills a module with the names of the one at its new path."""
        now = "ldrsp_tf." + MOVED[module.__name__.removeprefix("ldrsp_tf.")]
        warnings.warn(
            f"{module.__name__} has moved: import {now} instead. The path before "
            "will be gone in version 0.3.",
            FutureWarning,
            stacklevel=2,
        )
        names = vars(importlib.import_module(now)).items()
        vars(module).update({k: v for k, v in names if not k.startswith("__")})


def support_moved_modules() -> None:
    """Lets modules be imported from their paths before version 0.2, with a warning."""
    if not any(isinstance(finder, _MovedModules) for finder in sys.meta_path):
        sys.meta_path.append(_MovedModules())
