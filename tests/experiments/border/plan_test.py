import pathlib

import pytest

from experiments.border.plan import (
    METHOD,
    PLANNED,
    SEEDS,
    SHAPES_TASK,
    STRUCTURES,
    TASK,
    WIDTHS,
)
from experiments.summaries.collection import differing_settings
from experiments.summaries.labels import split_folder
from experiments.summaries.result_file import read_json
from experiments.tasks.task import get_task

_RESULTS = pathlib.Path(__file__).parents[3] / "results" / "border"
_COMMITTED = [
    (task, path)
    for task in PLANNED
    for path in sorted(_RESULTS.glob(f"{task}/*/*/result.json"))
]


@pytest.mark.parametrize(
    ("task", "one"),
    [
        (TASK, "auto-dependence1-copies8-evidence0.15-rows250-hidden64"),
        (SHAPES_TASK, "auto-occlusion0.5-rows60"),
    ],
)
def test_every_cell_has_a_folder_of_its_own(task, one):
    folders = [cell.folder for cell in PLANNED[task]]
    assert len(set(folders)) == len(folders)
    assert {split_folder(folder)[0] for folder in folders} == {METHOD}
    assert one in folders


def test_the_widths_of_g_are_that_of_the_task_and_that_of_d():
    config = get_task(TASK).configure(METHOD, {})
    assert (config.hidden, config.discriminator_hidden) == tuple((w,) for w in WIDTHS)


def test_structures_of_other_dependence_have_the_same_labels():
    none, _, strong = STRUCTURES
    assert (none.dependence, strong.dependence) == (0, 1)
    assert none.copies == strong.copies > 1


@pytest.mark.parametrize(
    ("task", "path"), _COMMITTED, ids=["/".join(p.parts[-4:-1]) for _, p in _COMMITTED]
)
def test_a_committed_result_has_the_settings_of_its_cell(task, path):
    result = read_json(path)
    (cell,) = [cell for cell in PLANNED[task] if cell.folder == path.parts[-3]]
    config = result["config"]
    assert config["draw"] == result["seed"] < SEEDS
    today = get_task(task).configure(METHOD, cell.settings)
    assert not differing_settings(task, [config, today.as_dict()])
