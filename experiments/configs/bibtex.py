"""Bibtex (Katakis et al., 2008): tags of publications, Table 1 of the paper."""

from experiments import tags
from experiments.tasks import Task

TASK = Task(
    name="bibtex",
    title="Bibtex",
    family=tags,
    config=tags.TagConfig,
    settings={},
    overrides={},
    paper={
        "baseline": {"generator": 38.9},
        "ldrsp": {"generator": 42.8, "refined": 46.4},
    },
)
