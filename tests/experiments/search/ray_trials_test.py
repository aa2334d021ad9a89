import dataclasses
import json
import os
import pathlib
import signal

import numpy as np
import pytest

from datasets.loading import LoadedData
from experiments.search.plan import Plan
from experiments.tasks.ranges import Uniform
from experiments.tasks.task import get_task
from ldrsp_tf.errors import DivergenceError

pytest.importorskip("ray")
from experiments.search.ray_trials import search_on_ray

SETTINGS = {"input_dropout": 0.25}
SWEEP = (
    *("--task=synthetic_tags", "--method=nn_baseline", "--epochs=2", "--hidden=8"),
    *("--trials=2", "--seeds=1", "--widenings=0"),
)

pytestmark = pytest.mark.slow


@pytest.fixture
def measure(cluster, tmp_path):
    """Measures `SETTINGS` on Ray; `configure` takes part in it where a trial runs."""
    driver = os.getpid()
    features = np.random.default_rng(0).integers(0, 2, (60, 5)).astype(np.uint8)
    rows = {"features": features, "labels": features[:, :3] ^ features[:, 2:]}
    data = LoadedData("made", {"train": rows}, {}, 0.0)

    def complete_of(configure):
        def complete(config):
            if os.getpid() != driver:
                configure()
            return config

        return complete

    def measure(report, configure=lambda: None, epochs=4):
        task = dataclasses.replace(
            get_task("synthetic_tags"),
            search_space={"lsgan": {"input_dropout": Uniform(0.0, 0.5)}},
            complete=complete_of(configure),
        )
        given = {"epochs": epochs, "validation_interval": 2, "hidden": (4,)}
        plan = Plan(task, "lsgan", given)
        found = []
        folders = [tmp_path / "trial"]

        def search(measure):
            if folders:
                found.append(measure(SETTINGS, folders.pop(), report))

        search_on_ray(cluster, plan, data, search)
        return found

    return measure


@pytest.mark.slow
def test_a_trial_whose_worker_is_killed_begins_anew(measure, tmp_path):
    begun, told = tmp_path / "begun", tmp_path / "told"

    def die_in_the_first_attempt():
        import time

        from experiments.search.trials import _Progress

        if begun.exists():
            return
        begun.touch()
        progress = _Progress.progress

        def progress_and_die(self, record):
            progress(self, record)
            if "validation" in record:
                while not told.exists():
                    time.sleep(0.01)
                os.kill(os.getpid(), signal.SIGKILL)

        _Progress.progress = progress_and_die

    reports = []

    def report(step, value):
        reports.append((step, value))
        told.touch()

    (value,) = measure(report, die_in_the_first_attempt)
    # The second attempt does not report again the values of the first one.
    assert [step for step, _ in reports] == [2, 4]
    assert value == max(value for _, value in reports)
    records = (tmp_path / "trial" / "seed0" / "metrics.jsonl").read_text().splitlines()
    assert reports == [
        (record["epoch"], max(r["validation"]["metric"] for r in validated[: n + 1]))
        for validated in [[r for r in map(json.loads, records) if "validation" in r]]
        for n, record in enumerate(validated)
    ]


def test_what_a_trial_says_is_said_by_the_search(measure):
    def diverge():
        raise DivergenceError("It diverged.")

    with pytest.raises(DivergenceError, match=r"^It diverged\.$"):
        measure(lambda *report: None, diverge)


@pytest.mark.slow
def test_an_interruption_ends_the_trials_that_run(measure):
    reports = []

    def interrupt(*report):
        if not reports:
            os.kill(os.getpid(), signal.SIGTERM)
        reports.append(report)

    with pytest.raises(KeyboardInterrupt):
        measure(interrupt, epochs=10**6)
    assert reports[0][0] == 2


@pytest.mark.slow
def test_a_sweep_on_ray_finds_what_one_without_it_does(
    command_line_on_ray, cluster_address, tmp_path
):
    pytest.importorskip("optuna")

    def trials(folder: pathlib.Path, *flags: str) -> list[dict]:
        process = command_line_on_ray.run(
            *SWEEP, f"--output_dir={folder}", *flags, module="experiments.sweep"
        )
        assert (process.returncode, process.stderr) == (0, "")
        assert "Best of 2" in process.stdout
        sweep = json.loads((folder / "sweep.json").read_text())
        assert sweep["complete"] is True
        for trial in sweep["trials"]:
            del trial["seconds"]
        return sweep["trials"]

    local = trials(tmp_path / "local")
    flags = ("--jobs=2", f"--ray_address={cluster_address}")
    assert trials(tmp_path / "ray", *flags) == local
    assert [trial["state"] for trial in local] == ["complete"] * 2
