import dataclasses
import itertools

import pytest

from experiments.search.plan import Plan
from experiments.search.record import best_trial, trial_record
from experiments.tasks.search_spaces import Uniform
from experiments.tasks.task import get_task
from ldrsp_tf.errors import DivergenceError, UsageError

pytest.importorskip("optuna")
from experiments.search.study import Search

TASK = dataclasses.replace(
    get_task("synthetic_tags"),
    search_space={"gan": {"input_dropout": Uniform(0.0, 0.5)}},
)
PLAN = Plan(TASK, "gan", {"epochs": 3})


def value(settings, folder, report):
    return 1.0 - (settings["input_dropout"] - 0.2) ** 2


def search(folder, plan=PLAN):
    return Search(plan, folder, folder / "trials.sqlite3")


def run(folder, trials, measure=value, plan=PLAN):
    """Does trials; the records of all."""
    made = search(folder, plan)
    made.run(trials, measure, lambda trial: None)
    return [trial_record(trial) for trial in made.trials]


def proposals(records):
    return [record["settings"] for record in records if record["state"] == "complete"]


@pytest.mark.parametrize("sampler", ["tpe", "random"])
def test_a_resumed_search_does_the_rest_as_an_undisturbed_one(tmp_path, sampler):
    plan = dataclasses.replace(PLAN, sampler=sampler)
    whole = run(tmp_path / "whole", 12, plan=plan)
    calls = []

    def counted(*arguments):
        calls.append(arguments)
        return value(*arguments)

    run(tmp_path / "parts", 11, plan=plan)
    parts = run(tmp_path / "parts", 12, counted, plan=plan)
    assert len(calls) == 1
    assert len(whole) == 12
    assert proposals(parts) == proposals(whole)
    assert len({tuple(settings.items()) for settings in proposals(whole)}) == 12


def test_the_seed_decides_what_is_proposed(tmp_path):
    first = run(tmp_path / "0", 2)
    other = run(tmp_path / "1", 2, plan=dataclasses.replace(PLAN, seed=1))
    assert proposals(first) != proposals(other)


def test_the_first_trial_has_the_tasks_own_settings(tmp_path):
    task = dataclasses.replace(TASK, overrides={"gan": {"input_dropout": 0.25}})
    records = run(tmp_path, 2, plan=dataclasses.replace(PLAN, task=task))
    own, other = (record["settings"]["input_dropout"] for record in records)
    assert own == 0.25
    assert other != own


def test_own_settings_outside_of_the_space_are_not_tried(tmp_path):
    task = dataclasses.replace(TASK, overrides={"gan": {"input_dropout": 0.75}})
    (record,) = run(tmp_path, 1, plan=dataclasses.replace(PLAN, task=task))
    assert 0.0 <= record["settings"]["input_dropout"] <= 0.5


def test_the_best_trial_has_the_largest_value(tmp_path):
    records = run(tmp_path, 4)
    for record in records:
        assert record["value"] == value(record["settings"], None, None)
    assert best_trial(records)["value"] == max(record["value"] for record in records)


def test_a_trial_that_was_interrupted_is_done_again(tmp_path):
    whole = run(tmp_path / "whole", 3)
    calls = itertools.count()

    def interrupted(settings, folder, report):
        (folder / "left").touch()
        if next(calls) == 1:
            raise KeyboardInterrupt
        return value(settings, folder, report)

    with pytest.raises(KeyboardInterrupt):
        run(tmp_path / "parts", 3, interrupted)
    records = run(tmp_path / "parts", 3)
    states = [record["state"] for record in records]
    assert states == ["complete", "interrupted", "complete", "complete"]
    assert proposals(records) == proposals(whole)
    left = [path.parent.name for path in tmp_path.glob("parts/trials/*/left")]
    assert left == ["0"]


def test_a_trial_of_another_process_is_left_to_it_and_counts(tmp_path):
    inner = []

    def beside(settings, folder, report):
        # The actions of another process while this trial is under way.
        inner.extend(run(tmp_path, 2))
        return value(settings, folder, report)

    records = run(tmp_path, 2, beside)
    assert [record["state"] for record in inner] == ["running", "complete"]
    assert [record["state"] for record in records] == ["complete", "complete"]


def test_settings_that_diverge_count_and_are_never_the_best(tmp_path):
    def diverges(settings, folder, report):
        report(1, 2.0)
        raise DivergenceError("It diverged.")

    (record,) = run(tmp_path, 1, diverges)
    assert (record["state"], record["value"]) == ("diverged", None)
    records = run(tmp_path, 2)
    assert len(records) == 2
    assert best_trial(records)["number"] == 1


@pytest.mark.parametrize("pruning", [True, False])
def test_what_falls_behind_the_median_is_given_up(tmp_path, pruning):
    calls = itertools.count()

    def measure(settings, folder, report):
        quality = 0.1 if next(calls) == 5 else 0.5
        for epoch in (1, 2, 3):
            report(epoch, quality)
        return quality

    plan = dataclasses.replace(PLAN, pruning=pruning)
    records = run(tmp_path, 6, measure, plan)
    assert records[5]["state"] == ("pruned" if pruning else "complete")
    assert records[5]["epochs"] == (1 if pruning else 3)
    assert {record["state"] for record in records[:5]} == {"complete"}


def test_each_end_of_a_trial_is_told_and_that_of_the_search(tmp_path):
    told = []
    search(tmp_path).run(2, value, told.append)
    assert [trial and trial.number for trial in told] == [0, 1, None]


def test_the_trials_of_another_sweep_are_refused(tmp_path):
    run(tmp_path, 1)
    with pytest.raises(UsageError, match=r"differs in fixed.*--output_dir"):
        search(tmp_path, dataclasses.replace(PLAN, given={"epochs": 4}))


def test_a_file_of_something_else_is_refused(tmp_path):
    (tmp_path / "trials.sqlite3").write_text("not a database " * 100)
    with pytest.raises(UsageError, match=r"trials.sqlite3 cannot be used.*--storage"):
        search(tmp_path)
