import pytest

from experiments.border.plan import CELLS, SHAPE_CELLS, SHAPES_TASK, TASK
from experiments.border.runs import missing_jobs
from experiments.cli.setting_flags import flag_list
from experiments.tasks.task import get_task
from ldrsp_tf.errors import UsageError


def test_what_has_a_result_is_not_run_again(write_auto, tmp_path):
    done = CELLS[0].folder
    config = get_task(TASK).configure("auto", CELLS[0].settings).as_dict()
    results = write_auto(done, 0, own=0.4, refined=0.4, config=config) / "border"
    jobs = missing_jobs(results, tmp_path, 2, ["--data_dir=D"])
    assert len(jobs) == 2 * (len(CELLS) + len(SHAPE_CELLS)) - 1
    assert f"{TASK}/{done}/seed0" not in [job.name for job in jobs]
    # Another seed has another draw of the data.
    second = next(job for job in jobs if job.name == f"{TASK}/{done}/seed1")
    settings = set(flag_list(CELLS[0].settings))
    assert {
        *("--data_dir=D", "--seed=1", "--draw=1", "--method=auto"),
        f"--output_dir={second.folder}",
    } | settings <= set(second.command)


def test_shapes_have_the_settings_of_their_cell(tmp_path):
    cell = SHAPE_CELLS[-1]
    jobs = missing_jobs(tmp_path / "results", tmp_path, 3, [])
    (job,) = [j for j in jobs if j.name == f"{SHAPES_TASK}/{cell.folder}/seed2"]
    settings = {f"--occlusion={cell.occlusion}", f"--rows={cell.rows}", "--draw=2"}
    assert {f"--task={SHAPES_TASK}", "--seed=2"} | settings <= set(job.command)


def test_results_of_other_settings_are_refused_before_any_run(write_auto, tmp_path):
    cell = CELLS[0]
    config = get_task(TASK).configure("auto", cell.settings).as_dict()
    config = {**config, "epochs": 7, "draw": 3}
    results = write_auto(cell.folder, 0, own=0.4, refined=0.4, config=config)
    with pytest.raises(UsageError, match=rf"{cell.folder} .*\(epochs\); move them"):
        missing_jobs(results / "border", tmp_path, 2, [])
