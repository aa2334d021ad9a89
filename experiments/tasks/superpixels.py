"""Superpixel accuracy of faces: on official superpixels, or on a named proxy."""

import functools
from collections.abc import Callable, Sequence

import numpy as np

from datasets.lfw_parts.superpixels import (
    ARCHIVE,
    archive_path,
    official_superpixels,
)
from datasets.loading import LoadedData, load
from datasets.preparation.checksums import sha256
from experiments.tasks.task import FurtherMetrics

OFFICIAL = "superpixel_accuracy"


PROXY = "superpixel_accuracy_slic"


# Ground truth and superpixels of the original photographs, [N, H, W] each.
_Regions = tuple[np.ndarray, Sequence[np.ndarray]]


def superpixel_metrics(
    data: LoadedData, data_dir: str | None, manual_dir: str | None
) -> FurtherMetrics:
    """Returns the accuracy on official superpixels, on SLIC regions, or neither.

    The official archive is read here, so that a damaged one shows before a training.

    Args:
      data: The prepared faces.
      data_dir: The folder of prepared data.
      manual_dir: The folder of original files, the archive of superpixels among them.

    Raises:
      DataError: The archive is damaged.
    """
    path = archive_path(manual_dir)
    if path is not None:
        names = data.splits["test"]["name"].tolist()
        found = official_superpixels(manual_dir, names)
        assert found is not None  # The archive is there.
        superpixels = list(found.values())
        return FurtherMetrics(
            _measure(OFFICIAL, lambda: (_full(data_dir, "full_mask"), superpixels)),
            notes=("Superpixel accuracy is measured on the official superpixels.",),
            checksums={ARCHIVE: sha256(path)},
        )
    try:
        from datasets.lfw_parts.slic import VERSIONS, slic_regions
    except ImportError as error:
        return FurtherMetrics(notes=(_left_out(error),))
    return FurtherMetrics(
        _measure(
            PROXY,
            lambda: (
                _full(data_dir, "full_mask"),
                list(slic_regions(list(_full(data_dir, "full_image")))),
            ),
        ),
        notes=(
            "Superpixel accuracy is measured on SLIC regions, a proxy, since "
            f"lfw_parts/{ARCHIVE} is not in --manual_dir.",
        ),
        versions=VERSIONS,
    )


def _measure(
    metric: str, regions: Callable[[], _Regions]
) -> Callable[[np.ndarray], dict[str, float]]:
    # Made once for all rows, and only when the training has freed its memory.
    regions = functools.cache(regions)

    def measure(y: np.ndarray) -> dict[str, float]:
        # Tasks are listed without TensorFlow, which resizing needs.
        from ldrsp_tf.evaluation.superpixels import decide_enlarged, superpixel_accuracy

        truth, superpixels = regions()
        decided = decide_enlarged(y, truth.shape[1:])
        return {metric: superpixel_accuracy(decided, truth, superpixels)}

    return measure


def _full(data_dir: str | None, feature: str) -> np.ndarray:
    """Returns a feature of the original test photographs, in their order."""
    loaded = load("lfw_parts", data_dir=data_dir, features=(feature,), splits=("test",))
    return loaded.splits["test"][feature]


def _left_out(error: ImportError) -> str:
    return (
        f"Superpixel accuracy is left out: lfw_parts/{ARCHIVE} is not in --manual_dir, "
        f"and scikit-image, which could make a proxy, cannot be imported ({error}); "
        'add the archive, or run pip install -e ".[superpixels]".'
    )
