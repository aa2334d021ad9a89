"""Eleven multi-label data sets of the Mulan project, `--task=mulan/SET`.

    python -m experiments.run --task=mulan/emotions --method=ldrsp_plus

The settings are those of a user's own ARFF files; none was chosen for one of the sets.
"""

from collections.abc import Mapping

from datasets.preparation.mulan_sets import SETS, MulanSet
from experiments.configs import arff
from experiments.tasks import arff as own_files
from experiments.tasks import mulan
from experiments.tasks.search_spaces import tag_spaces
from experiments.tasks.tag_config import StandardizedTagConfig
from experiments.tasks.task import DescribedInputs, Task


def _task(one: MulanSet) -> Task:
    return Task(
        name=f"mulan/{one.name}",
        title=one.title,
        config=StandardizedTagConfig,
        settings=arff.TASK.settings,
        overrides=arff.TASK.overrides,
        search_space=tag_spaces(one.labels),
        default_method="auto",
        paper={},
        load=mulan.load,
        described_inputs=DescribedInputs(
            mulan.read_inputs,
            own_files.preprocessing,
            own_files.columns,
        ),
    )


# Set -> task.
TASKS: Mapping[str, Task] = {name: _task(one) for name, one in SETS.items()}
