"""Loads a set of the builder `mulan`, and rows to predict the tags of."""

import dataclasses
import pathlib
from collections.abc import Mapping
from typing import Any

from datasets.loading import LoadedData
from datasets.loading import load as load_data_set
from experiments.tasks import arff
from experiments.tasks.arff_inputs import ArffInputs
from experiments.tasks.inputs import NewInputs, read_array
from experiments.tasks.standardization import Standardization
from experiments.tasks.tag_config import StandardizedTagConfig

_ARRAY = ".npy"


def load(
    config: StandardizedTagConfig, data_dir: str | None, manual_dir: str | None
) -> LoadedData:
    """Loads the set that has the task's name, and standardizes its features.

    Args:
      config: The settings.
      data_dir: The folder of prepared data, or None for TFDS's default.
      manual_dir: The folder of the original files, or None to download them.

    Returns:
      The splits train and test, with `features` and `labels`.

    Raises:
      DataError: The files are missing, damaged or cannot be downloaded.
    """
    data = load_data_set(config.task, data_dir=data_dir, manual_dir=manual_dir)
    scale = Standardization.of(config.standardize, data.splits["train"]["features"])
    known = ArffInputs.of_columns(data.inputs, scale)
    splits = {split: known.preprocess(rows) for split, rows in data.splits.items()}
    return dataclasses.replace(data, splits=splits, inputs=known.as_dict())


def read_inputs(inputs: Mapping[str, Any], path: pathlib.Path) -> NewInputs:
    """Reads raw rows to predict for: an array of features, or an ARFF file.

    Args:
      inputs: The description of the training rows (`LoadedData.inputs`).
      path: A file of `numpy.save`, `*.npy`, with features `[N, F]`; or an ARFF file
        with the features of the set, and its labels or none.

    Raises:
      UsageError: The file has no such array.
      DataError: The file has other features, or is damaged.
    """
    if path.suffix != _ARRAY:
        return arff.read_inputs(inputs, path)
    known = ArffInputs.from_dict(inputs)
    rows = read_array(path, (len(known.columns),))
    return rows._replace(label_names=known.labels)
