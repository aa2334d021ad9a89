import pathlib

import pytest

from experiments.border.plan import CELLS, METHOD, SEEDS, STRUCTURES, TASK, WIDTHS
from experiments.summaries.collection import differing_settings
from experiments.summaries.labels import split_folder
from experiments.summaries.result_file import read_json
from experiments.tasks.task import get_task

_COMMITTED = sorted(
    (pathlib.Path(__file__).parents[3] / "results" / "border").glob(
        f"{TASK}/*/*/result.json"
    )
)


def test_every_cell_has_a_folder_of_its_own():
    folders = [cell.folder for cell in CELLS]
    assert len(set(folders)) == len(CELLS)
    assert {split_folder(folder)[0] for folder in folders} == {METHOD}
    assert "auto-dependence1-copies8-evidence0.15-rows250-hidden64" in folders


def test_the_widths_of_g_are_that_of_the_task_and_that_of_d():
    config = get_task(TASK).configure(METHOD, {})
    assert (config.hidden, config.discriminator_hidden) == tuple((w,) for w in WIDTHS)


def test_structures_of_other_dependence_have_the_same_labels():
    none, _, strong = STRUCTURES
    assert (none.dependence, strong.dependence) == (0, 1)
    assert none.copies == strong.copies > 1


@pytest.mark.parametrize("path", _COMMITTED, ids=lambda p: "/".join(p.parts[-3:-1]))
def test_a_committed_result_has_the_settings_of_its_cell(path):
    result = read_json(path)
    (cell,) = [cell for cell in CELLS if cell.folder == path.parts[-3]]
    config = result["config"]
    assert config["draw"] == result["seed"] < SEEDS
    today = get_task(TASK).configure(METHOD, {**cell.settings, "hidden": (cell.width,)})
    assert not differing_settings(TASK, [config, today.as_dict()])
