"""Bibtex (Katakis et al., 2008): tags of publications, Table 1 of the paper.

Example-averaged F1 of the test rows over five seeds, a minute a run on two cores:

    python -m experiments.run --task=bibtex --method=ldrsp
        G 43.7 at 0.5 and 48.5 plug-in, refined 46.7
    python -m experiments.run --task=bibtex --method=ldrsp_plus
        G 43.6 at 0.5 and 48.7 plug-in, refined 47.8
    python -m experiments.run --task=bibtex --method=baseline
        37.8 at 0.5 and 45.9 plug-in
"""

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
    overrides={
        "baseline": {"epochs": 60},
        "logistic_regression": {
            **tags.NETWORKS_OF_METHODS["logistic_regression"],
            "epochs": 60,
        },
        "nn_baseline": {**tags.NETWORKS_OF_METHODS["nn_baseline"], "epochs": 60},
    },
    space=TAG_SPACES,
    paper=TABLE_1["bibtex"],
    paper_metric="f1",
)
