"""Delicious (Tsoumakas et al., 2008): tags of web pages; not in the paper."""

from experiments import tags
from experiments.configs import bibtex
from experiments.family_spaces import TAG_SPACES
from experiments.tasks import Task

TASK = Task(
    name="delicious",
    title="Delicious",
    family=tags,
    config=tags.TagConfig,
    settings={
        **bibtex.TASK.settings,
        "validation_interval": 4,
        # Of 0.1, 0.5 and 3, on validation rows of seed 0. The cross-entropy is a mean
        # over 983 labels: Bibtex's 3 would outweigh it six times as much as there.
        "adversarial_weight": 0.1,
        # Of Bibtex's step sizes the largest, 1, was chosen, for 10 to 20 steps.
        "step_size_grid": (0.25, 1.0, 4.0),
    },
    overrides=bibtex.TASK.overrides,
    space=TAG_SPACES,
    paper={},
)
