"""Synthetic tags: a made multi-label task that needs no download."""

from experiments.tasks.search_spaces import tag_spaces
from experiments.tasks.synthetic import load_tags
from experiments.tasks.synthetic_config import SyntheticTagConfig
from experiments.tasks.tag_config import RECIPE_SETTINGS
from experiments.tasks.task import Task

TASK = Task(
    name="synthetic_tags",
    title="Synthetic tags",
    config=SyntheticTagConfig,
    settings={"hidden": (64,), "discriminator_hidden": (64,), "epochs": 40},
    overrides=RECIPE_SETTINGS,
    search_space=tag_spaces(labels=40),
    paper={},
    load=load_tags,
)
