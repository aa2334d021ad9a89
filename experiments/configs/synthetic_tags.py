"""Synthetic tags: a made multi-label task that needs no download."""

from experiments.tasks import tags
from experiments.tasks.search_spaces import TAG_SPACES
from experiments.tasks.task import Task

TASK = Task(
    name="synthetic_tags",
    title="Synthetic tags",
    family=tags,
    config=tags.TagConfig,
    settings={"hidden": (64,), "discriminator_hidden": (64,), "epochs": 40},
    overrides=tags.NETWORKS_OF_METHODS,
    search_space=TAG_SPACES,
    paper={},
)
