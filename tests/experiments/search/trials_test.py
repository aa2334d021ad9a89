import dataclasses
import json

import numpy as np
import pytest

from datasets.loading import LoadedData
from experiments.runs import evaluation
from experiments.search.plan import Plan
from experiments.search.trials import (
    run_epochs,
    validation_value,
    without_test_rows,
)
from experiments.tasks.task import get_task
from ldrsp_tf.errors import DivergenceError

PLAN = Plan(
    get_task("synthetic_tags"),
    "lsgan",
    {"epochs": 4, "validation_interval": 2, "hidden": (4,), "step_size": 0.5},
    seeds=2,
)
SETTINGS = {"generator_learning_rate": 0.03}


class Untouchable(dict):
    """Rows that nobody may look at."""

    def __getitem__(self, name):
        raise AssertionError("the test rows were looked at")

    values = items = __iter__ = __getitem__


@pytest.fixture
def data():
    rng = np.random.default_rng(0)
    features = rng.integers(0, 2, (60, 5)).astype(np.uint8)
    rows = {"features": features, "labels": features[:, :3] ^ features[:, 2:]}
    return LoadedData("made", {"train": rows, "test": Untouchable()}, {}, 0.0)


def measure(data, folder, settings=SETTINGS):
    reports = []
    found = validation_value(
        PLAN, data, settings, folder, lambda *report: reports.append(report)
    )
    return found, reports


def records_of(folder, seed):
    lines = (folder / f"seed{seed}" / "metrics.jsonl").read_text().splitlines()
    return [json.loads(line) for line in lines]


def validations(folder, seed):
    records = records_of(folder, seed)
    assert {record["phase"] for record in records} == {"selection"}
    return [r["validation"] for r in records if "validation" in r]


def validated(folder, seed):
    return [validation["metric"] for validation in validations(folder, seed)]


@pytest.mark.slow
def test_the_value_is_the_mean_of_the_best_validations_of_the_seeds(
    data, tmp_path, monkeypatch
):
    def test(*arguments):
        raise AssertionError("there was a test")

    monkeypatch.setattr(evaluation, "evaluate_test", test)
    found, reports = measure(data, tmp_path)
    first, second = validated(tmp_path, 0), validated(tmp_path, 1)
    assert len(first) == len(second) == 2
    assert found == pytest.approx((max(first) + max(second)) / 2)
    assert reports == [
        (2, first[0]),
        (4, max(first)),
        (6, pytest.approx((max(first) + second[0]) / 2)),
        (8, found),
    ]
    config = json.loads((tmp_path / "seed1" / "config.json").read_text())
    assert (config["seed"], config["generator_learning_rate"]) == (1, 0.03)
    assert not list(tmp_path.glob("*/checkpoints"))
    # Nothing but the settings decides: neither an earlier trial nor its files.
    measure(data, tmp_path, {"generator_learning_rate": 0.001})
    assert measure(data, tmp_path)[0] == found


def test_the_value_is_that_of_both_rows_at_the_epoch_that_the_run_chooses(
    data, tmp_path
):
    plan = dataclasses.replace(PLAN, method="ldrsp", seeds=1)
    reports = []
    found = validation_value(
        plan, data, SETTINGS, tmp_path, lambda *report: reports.append(report)
    )
    of_epochs = validations(tmp_path, 0)
    chosen = max(of_epochs, key=lambda validation: validation["metric"])
    generator, refined = (
        (row["f1"] + row["f1_tuned"]) / 2 for row in chosen["measured"].values()
    )
    # Which `ldrsp` chooses by the refined outputs alone.
    assert chosen["metric"] == refined
    assert generator != refined
    assert found == pytest.approx((generator + refined) / 2)
    assert reports[-1] == (4, found)


def test_validations_of_cross_fitted_generators_are_not_reported(data, tmp_path):
    first = {"folds": 2, "first_epochs": 4, "first_validations": 2}
    given = {**PLAN.given, **first, "pretraining_epochs": 1}
    plan = dataclasses.replace(PLAN, method="ldrsp_cross", given=given, seeds=1)
    reports = []
    found = validation_value(
        plan, data, SETTINGS, tmp_path, lambda *report: reports.append(report)
    )
    validated = [r for r in records_of(tmp_path, 0) if "validation" in r]
    stages = [record["phase"] for record in validated]
    generators = ["selection/generator 1"] * 2 + ["selection/generator 2"] * 2
    assert stages == [*generators, "selection", "selection"]
    assert [step for step, _ in reports] == [2, 4]
    assert reports[-1] == (4, found)


def test_the_steps_of_a_seed_follow_those_of_the_one_before(data, tmp_path):
    """Of 48 training rows an epoch has two updates: 12 are six epochs, not four."""
    given = {**PLAN.given, "batch_size": 24, "updates": (12, 12)}
    plan = dataclasses.replace(PLAN, given=given)
    reports = []
    validation_value(
        plan, data, SETTINGS, tmp_path, lambda *report: reports.append(report)
    )
    # The given interval holds, three times for each seed.
    assert [step for step, _ in reports] == [2, 4, 6, 8, 10, 12]
    assert run_epochs(plan, data) == 6
    assert run_epochs(PLAN, data) == 4


def test_a_fit_of_its_own_has_the_epochs_of_its_settings(data):
    plan = Plan(PLAN.task, "prlr", {"epochs": 5})
    assert run_epochs(plan, data) == 5


def test_a_trial_that_is_given_up_ends_at_once(data, tmp_path):
    class GivenUpError(Exception):
        pass

    def report(step, value):
        raise GivenUpError

    with pytest.raises(GivenUpError):
        validation_value(PLAN, data, SETTINGS, tmp_path, report)
    assert len(validated(tmp_path, 0)) == 1
    assert not (tmp_path / "seed1").exists()


def test_a_search_has_no_test_rows(data):
    assert set(without_test_rows(data).splits) == {"train"}
    assert set(data.splits) == {"train", "test"}


@pytest.mark.slow
def test_a_trial_whose_critic_diverges_fails(data, tmp_path):
    # A critic that is hardly penalized and learns at a rate of 1 runs away at once.
    plan = dataclasses.replace(PLAN, method="wgan_gp", seeds=1)
    settings = {"discriminator_learning_rate": 1.0, "penalty_weight": 1e-6}
    with pytest.raises(DivergenceError, match=r"critic's slope is .* asks for 1"):
        validation_value(plan, data, settings, tmp_path, lambda step, value: None)
