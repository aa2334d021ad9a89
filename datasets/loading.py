"""Loads a data set whole into memory, after preparing it on its first use."""

import dataclasses
from collections.abc import Collection

import numpy as np

from datasets.errors import DataError

DATA_SETS = (
    "bibtex",
    "bookmarks",
    "delicious",
    "lfw_parts",
    "synthetic_shapes",
    "synthetic_tags",
    "weizmann_horse",
)


@dataclasses.dataclass(frozen=True)
class LoadedData:
    """A data set in memory.

    Attributes:
      name: name of the data set.
      splits: split -> feature name -> array [N, ...], rows in the order of the source.
      checksums: source file -> SHA-256; for generated data, array -> SHA-256.
      prepare_seconds: time spent on preparing it, 0 when that was done before.
    """

    name: str
    splits: dict[str, dict[str, np.ndarray]]
    checksums: dict[str, str]
    prepare_seconds: float


def load(
    name: str,
    *,
    data_dir: str | None = None,
    manual_dir: str | None = None,
    features: Collection[str] | None = None,
    splits: Collection[str] | None = None,
) -> LoadedData:
    """Loads a data set, and prepares it before if that was never done.

    Args:
      name: one of `DATA_SETS`.
      data_dir: TFDS's folder of prepared data; by default TFDS's own choice.
      manual_dir: a folder that holds the original files in a sub-folder of the name of
        the data set; by default they are downloaded.
      features: names of the features to load; by default all but those that the data
        set keeps back for their size, which its README names.
      splits: names of the splits to load; by default all.

    Returns:
      The splits of the data set as arrays.

    Raises:
      DataError: the data set, a feature or a split is unknown, its files are missing,
        damaged or not to be had, or `data_dir` cannot be written or holds damaged data.
    """
    if name not in DATA_SETS:
        raise DataError(
            f"there is no data set {name!r}: choose one of {', '.join(DATA_SETS)}"
        )
    # TFDS takes seconds to import: only a data set that is really loaded pays for it.
    from datasets.preparation import quiet, store

    with quiet.quiet_tfds():
        builder, prepare_seconds = store.prepare(name, data_dir, manual_dir)
        splits, checksums = store.read(builder, features, splits)
    return LoadedData(name, splits, checksums, prepare_seconds)
