"""Loads whole data sets into memory, and prepares them on their first use."""

import dataclasses
from collections.abc import Collection, Mapping
from typing import Any

import numpy as np

from datasets.errors import DataError
from datasets.preparation.mulan_sets import SETS as MULAN_SETS

DATA_SETS = (
    "bibtex",
    "bookmarks",
    "delicious",
    "lfw_parts",
    *(f"mulan/{name}" for name in MULAN_SETS),
    "synthetic_shapes",
    "synthetic_tags",
    "weizmann_horse",
)


@dataclasses.dataclass(frozen=True)
class LoadedData:
    """A data set in memory.

    Attributes:
      name: The name of the data set.
      splits: Split -> feature name -> array `[N, ...]`, with the rows in the order of
        the source.
      checksums: Source file -> SHA-256; for generated data, array -> SHA-256.
      prepare_seconds: The time spent on the preparation, in seconds; 0 if the data were
        prepared before.
      notes: Sentences on what was read of a user's own files, for screen and result.
      inputs: All that new inputs need of the training rows, as JSON holds it; empty
        where they need nothing. A builder describes the columns and labels alone.
    """

    name: str
    splits: dict[str, dict[str, np.ndarray]]
    checksums: dict[str, str]
    prepare_seconds: float
    notes: tuple[str, ...] = ()
    inputs: Mapping[str, Any] = dataclasses.field(default_factory=dict)


def load(
    name: str,
    *,
    data_dir: str | None = None,
    manual_dir: str | None = None,
    features: Collection[str] | None = None,
    splits: Collection[str] | None = None,
) -> LoadedData:
    """Loads a data set, and prepares it on its first use.

    Args:
      name: The name of the data set, one of `DATA_SETS`.
      data_dir: TFDS's folder of prepared data, or None for TFDS's default.
      manual_dir: The folder that holds the original files in a sub-folder named like
        the data set, or None to download them.
      features: The names of the features to load, or None for all except the large ones
        that are loaded on request only, which the README of the data set names.
      splits: The names of the splits to load, or None for all.

    Returns:
      The splits of the data set as arrays.

    Raises:
      DataError: The data set, a feature or a split is unknown, its files are missing,
        damaged or cannot be downloaded, or `data_dir` cannot be written or holds
        damaged data.
    """
    if name not in DATA_SETS:
        raise DataError(
            f"there is no data set {name!r}: choose one of {', '.join(DATA_SETS)}"
        )
    # TFDS takes seconds to import: only those who load a data set wait for it.
    from datasets.preparation import quiet, store

    with quiet.quiet_tfds():
        builder, prepare_seconds = store.prepare(name, data_dir, manual_dir)
        arrays, checksums = store.read(builder, features, splits)
    return LoadedData(
        name, arrays, checksums, prepare_seconds, inputs=store.inputs_of(builder)
    )
