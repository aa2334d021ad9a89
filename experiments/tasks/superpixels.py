"""The superpixel accuracy of faces: on official superpixels, or on a named proxy."""

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
from ldrsp_tf.evaluation.superpixels import decide_enlarged, superpixel_accuracy

OFFICIAL = "superpixel_accuracy"


PROXY = "superpixel_accuracy_slic"


# True classes and superpixels of the original photographs, [N, H, W] each.
_Regions = tuple[np.ndarray, Sequence[np.ndarray]]


def superpixel_metrics(
    data: LoadedData, data_dir: str | None, manual_dir: str | None
) -> FurtherMetrics:
    """Decides which superpixels there are: official ones, SLIC regions, or none.

    The official archive is read here, so that a damaged one shows before a training.

    Args:
      data: The prepared faces.
      data_dir: Where prepared data lies.
      manual_dir: Where original files lie, the archive of superpixels among them.

    Raises:
      DataError: The archive is damaged.
    """
    path = archive_path(manual_dir)
    if path is not None:
        names = data.splits["test"]["name"]
        superpixels = list(official_superpixels(manual_dir, names).values())
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
                slic_regions(_full(data_dir, "full_image")),
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
    # Once for all rows, and only when the training needs its memory no more.
    regions = functools.cache(regions)

    def measure(y: np.ndarray) -> dict[str, float]:
        truth, superpixels = regions()
        decided = decide_enlarged(y, truth.shape[1:])
        return {metric: superpixel_accuracy(decided, truth, superpixels)}

    return measure


def _full(data_dir: str | None, feature: str) -> np.ndarray:
    """Originals of the test rows, in their order."""
    loaded = load("lfw_parts", data_dir=data_dir, features=(feature,), splits=("test",))
    return loaded.splits["test"][feature]


def _left_out(error: ImportError) -> str:
    return (
        f"Superpixel accuracy is left out: lfw_parts/{ARCHIVE} is not in --manual_dir, "
        f"and scikit-image, which could make a proxy, cannot be imported ({error}); "
        'add the archive, or run pip install -e ".[superpixels]".'
    )
