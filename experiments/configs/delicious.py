"""Delicious (Tsoumakas et al., 2008): tags of web pages; not in the paper."""

from experiments import tags
from experiments.configs import bibtex
from experiments.tasks import Task

TASK = Task(
    name="delicious",
    title="Delicious",
    family=tags,
    config=tags.TagConfig,
    # Bibtex's settings, none of them tuned here.
    settings=bibtex.TASK.settings,
    overrides=bibtex.TASK.overrides,
    paper={},
)
