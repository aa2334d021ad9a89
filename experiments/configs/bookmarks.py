"""Bookmarks (Katakis et al., 2008): tags of bookmarks, Table 1 of the paper."""

from experiments.configs import bibtex
from experiments.configs.paper_figures import TABLE_1
from experiments.tasks.search_spaces import tag_spaces
from experiments.tasks.tag_config import TagConfig
from experiments.tasks.task import Task

TASK = Task(
    name="bookmarks",
    title="Bookmarks",
    config=TagConfig,
    # The rest is Bibtex's, none of it tuned here: an epoch has 12 times its updates.
    settings={
        **bibtex.TASK.settings,
        "discriminator_hidden": (150, 150),
        "epochs": 20,
        "validation_interval": 1,
    },
    overrides={
        method: {name: value for name, value in found.items() if name != "epochs"}
        for method, found in bibtex.TASK.overrides.items()
    },
    search_space=tag_spaces(labels=208),
    paper=TABLE_1["bookmarks"],
    paper_metric="f1",
)
