"""The settings of every kind of task as flags, for the commands that train."""

from typing import Any

from experiments import config_flags
from experiments.arff_config import ArffConfig
from experiments.image_folders import ImageFolderConfig
from experiments.masks import MaskConfig
from experiments.tags import TagConfig

CONFIGS = (TagConfig, MaskConfig, ArffConfig, ImageFolderConfig)
config_flags.define_flags(CONFIGS)


def given_settings() -> dict[str, Any]:
    """The settings that the user has given."""
    return config_flags.given_settings(CONFIGS)
