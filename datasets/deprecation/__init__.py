"""Paths of modules before version 0.2, which are supported until version 0.3.

The library has the same for its own modules, which this package does not know.
"""

import importlib
import importlib.abc
import importlib.machinery
import sys
import types
import warnings
from collections.abc import Sequence

# The path before, and the path now, both within the package.
MOVED = {
    "arff_header": "arff.header",
    "arff_rows": "arff.rows",
    "arff_text": "arff.text",
    "class_masks": "images.masks",
    "downsampling": "images.downsampling",
    "file_lock": "preparation.file_lock",
    "folder_survey": "images.survey",
    "image_folder": "images.folder",
    "labels_xml": "arff.labels_xml",
    "lfw_parts.downsampling": "images.downsampling",
    "mulan_builder": "preparation.mulan_builder",
    "picture_files": "images.files",
    "picture_pairs": "images.pairs",
    "pictures": "images.decoding",
    "prepared_data": "preparation.store",
    "quiet": "preparation.quiet",
    "rgb_images": "images.rgb",
    "source_files": "preparation.source_files",
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
        name = fullname.removeprefix("datasets.")
        if name == fullname or name not in MOVED:
            return None
        return importlib.machinery.ModuleSpec(fullname, self)

    def exec_module(self, module: types.ModuleType) -> None:
        """Fills a module with the names of the one at its new path."""
        now = "datasets." + MOVED[module.__name__.removeprefix("datasets.")]
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
