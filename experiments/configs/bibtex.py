"""Bibtex (Katakis et al., 2008): tags of publications, Table 1 of the paper."""

from experiments import tags
from experiments.family_spaces import TAG_SPACES
from experiments.paper import TABLE_1
from experiments.tasks import Task

TASK = Task(
    name="bibtex",
    title="Bibtex",
    family=tags,
    config=tags.TagConfig,
    settings={
        "epochs": 40,
        "input_dropout": 0.1,
        "hidden_dropout": 0.1,
        "adversarial_weight": 3.0,
        "normalized_gradient": False,
    },
    overrides={**tags.NETWORKS_OF_METHODS, "baseline": {"epochs": 60}},
    space=TAG_SPACES,
    paper=TABLE_1["bibtex"],
    paper_metric="f1",
)
