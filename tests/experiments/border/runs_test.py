from experiments.border.plan import CELLS, TASK
from experiments.border.runs import missing_jobs


def test_what_has_a_result_is_not_run_again(write_auto, tmp_path):
    done = CELLS[0].folder
    results = write_auto(done, 0, own=0.4, refined=0.4) / "border"
    jobs = missing_jobs(results, tmp_path, 2, ["--data_dir=D"])
    assert len(jobs) == 2 * len(CELLS) - 1
    assert f"{TASK}/{done}/seed0" not in [job.name for job in jobs]
    # Another seed has another draw of the data.
    second = next(job for job in jobs if job.name == f"{TASK}/{done}/seed1")
    settings = {f"--{name}={value}" for name, value in CELLS[0].settings.items()}
    assert {
        *("--data_dir=D", "--seed=1", "--draw=1", "--method=auto"),
        f"--output_dir={second.folder}",
    } | settings <= set(second.command)
