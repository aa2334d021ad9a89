"""The settings of every kind of task as flags, for the commands that train."""

from typing import Any

from experiments.cli import config_flags
from experiments.tasks.arff_config import ArffConfig
from experiments.tasks.image_folder import ImageFolderConfig
from experiments.tasks.masks import MaskConfig
from experiments.tasks.tags import TagConfig

CONFIGS = (TagConfig, MaskConfig, ArffConfig, ImageFolderConfig)


config_flags.define_flags(CONFIGS)


def given_settings() -> dict[str, Any]:
    """The settings that the user has given."""
    return config_flags.given_settings(CONFIGS)
