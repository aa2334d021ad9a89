import dataclasses

import numpy as np
import pytest

from benchmarks import cases
from experiments.tasks.config import Config
from experiments.tasks.task import get_task

_RATES = {"operations_per_second": 1e9, "bytes_per_second": 1e9}


def test_synthetic_tags_have_the_sizes_and_few_ones():
    examples = cases.synthetic_tags(rows=50, features=200, labels=100)
    assert examples.x.shape == (50, 200)
    assert examples.y.shape == (50, 100)
    assert 0.02 < examples.x.mean() < 0.05
    assert (examples.y.sum(1) >= 1).all()


def test_synthetic_masks_are_images_and_one_hot_classes():
    examples = cases.synthetic_masks(rows=3, side=8, classes=4)
    assert examples.x.shape == (3, 8, 8, 3)
    assert np.abs(examples.x).max() <= 1.0
    np.testing.assert_array_equal(examples.y.sum(-1), np.ones((3, 8, 8)))


@pytest.mark.slow
def test_synthetic_rows_are_measured():
    measured = cases.measure_synthetic(
        _RATES,
        kind="masks",
        rows=4,
        side=8,
        labels=2,
        method="ldrsp",
        flags={
            **{"width": 2, "discriminator_width": 2, "batch_size": 2},
            **{"batch_norm": False, "inference_steps": 1},
        },
    )
    assert measured["rows"] == 4
    assert measured["seconds"] > 0.0
    assert measured["operations"] > 0
    assert measured["peak_memory_bytes"] > measured["bytes_of_rows"] > 0
    assert set(measured["parts"]) == {"input", "generator", "discriminator", "walks"}


@pytest.mark.slow
def test_a_task_is_measured_with_its_refinement(tmp_path):
    measured = cases.measure_training(
        _RATES,
        task="synthetic_tags",
        method="ldrsp_plus",
        flags={"hidden": (4,)},
        data_dir=str(tmp_path),
        manual_dir=None,
    )
    refinement = measured["refinement"]
    assert refinement["input_steps_per_second"] == pytest.approx(
        refinement["inputs"] * refinement["steps"] / refinement["seconds"]
    )


@pytest.mark.slow
def test_whole_runs_are_measured_by_their_results(tmp_path, monkeypatch):
    task = dataclasses.replace(
        get_task("synthetic_tags"),
        paper={"ldrsp": {"refined": 46.4}},
        paper_metric="f1",
    )
    monkeypatch.setattr(cases, "get_task", lambda name: task)
    measured = cases.measure_runs(
        _RATES,
        task=task.name,
        method="ldrsp",
        flags={"hidden": (4,), "epochs": 1},
        seeds=2,
        data_dir=str(tmp_path),
        manual_dir=None,
    )
    assert len(measured["training_seconds"]) == len(measured["refined"]) == 2
    assert all(0.0 <= value <= 1.0 for value in measured["refined"])
    assert measured["paper"] == 46.4


@pytest.mark.slow
def test_a_method_without_refinement_has_none(tmp_path):
    measured = cases.measure_training(
        _RATES,
        task="synthetic_tags",
        method="baseline",
        flags={"hidden": (4,)},
        data_dir=str(tmp_path),
        manual_dir=None,
    )
    assert "refinement" not in measured
    assert set(measured["parts"]) == {"input", "generator"}


def test_flags_of_every_case_are_settings_of_its_task():
    from benchmarks.protocol import CASES

    for case in CASES.values():
        arguments = case.arguments
        task = arguments.get("task") or cases.TASK_OF_KIND[arguments["kind"]]
        config = get_task(task).configure(arguments["method"], arguments["flags"])
        assert isinstance(config, Config)
