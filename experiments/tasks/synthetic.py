"""Loads synthetic data: the prepared set, or other data of its generative model."""

import dataclasses
from typing import Any

import numpy as np

from datasets.loading import LoadedData
from datasets.loading import load as load_data_set
from datasets.preparation.checksums import array_checksums
from datasets.synthetic_shapes import generative_model as shape_model
from datasets.synthetic_tags import generative_model as tag_model
from experiments.tasks.config import Config
from experiments.tasks.synthetic_config import SyntheticShapeConfig, SyntheticTagConfig


def load_tags(
    config: SyntheticTagConfig, data_dir: str | None, manual_dir: str | None
) -> LoadedData:
    """Loads tags of the parameters in the settings.

    Args:
      config: The settings.
      data_dir: The folder of prepared data, or None for TFDS's default.
      manual_dir: The folder of original files, of which these data have none.

    Returns:
      The splits train and test, with `features` and `labels`.

    Raises:
      DataError: There are not as many rows.
    """
    parameters = tag_parameters(config)
    if parameters == tag_model.Parameters():
        return load_data_set(config.task, data_dir=data_dir, manual_dir=manual_dir)
    made = tag_model.generate(parameters)
    return _made(
        config,
        {
            split: {"features": rows.words, "labels": rows.tags}
            for split, rows in made.items()
        },
    )


def load_shapes(
    config: SyntheticShapeConfig, data_dir: str | None, manual_dir: str | None
) -> LoadedData:
    """Loads shapes of the parameters in the settings.

    Args:
      config: The settings.
      data_dir: The folder of prepared data, or None for TFDS's default.
      manual_dir: The folder of original files, of which these data have none.

    Returns:
      The splits train, validation and test, with `image` and `mask`.

    Raises:
      DataError: There are not as many rows.
    """
    parameters = shape_model.Parameters(**_shared(config, shape_model.Parameters))
    if parameters == shape_model.Parameters():
        return load_data_set(config.task, data_dir=data_dir, manual_dir=manual_dir)
    made = shape_model.generate(parameters)
    return _made(
        config,
        {
            split: {"image": pictures.images, "mask": pictures.masks}
            for split, pictures in made.items()
        },
    )


def tag_parameters(config: SyntheticTagConfig) -> tag_model.Parameters:
    """Returns the parameters of the generative model that the settings have."""
    return tag_model.Parameters(**_shared(config, tag_model.Parameters))


def _shared(config: Config, parameters: type) -> dict[str, Any]:
    names = [field.name for field in dataclasses.fields(parameters)]
    return {name: getattr(config, name) for name in names}


def _made(config: Config, splits: dict[str, dict[str, np.ndarray]]) -> LoadedData:
    """Returns data that are made at every run: TFDS would keep each on the disk."""
    return LoadedData(config.task, splits, array_checksums(splits), 0.0)
