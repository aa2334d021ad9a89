import concurrent.futures
import dataclasses
import itertools
import math
import threading
import time

import pytest

from experiments.search.plan import Plan
from experiments.search.record import best_trial, trial_record
from experiments.search.widening import Budget, Widening
from experiments.tasks.ranges import LogUniform, Ordered, Uniform
from experiments.tasks.task import get_task
from ldrsp_tf.errors import DivergenceError, UsageError

pytest.importorskip("optuna")
from experiments.search import study
from experiments.search.study import Search

TASK = dataclasses.replace(
    get_task("synthetic_tags"),
    search_space={"gan": {"input_dropout": Uniform(0.0, 0.5)}},
)
PLAN = Plan(TASK, "gan", {"epochs": 3})


def value(settings, folder, report):
    return 1.0 - (settings["input_dropout"] - 0.2) ** 2


def search(folder, plan=PLAN, epochs=3):
    return Search(plan, folder, folder / "trials.sqlite3", epochs)


def run(folder, trials, measure=value, plan=PLAN, widenings=0, epochs=3):
    """Does trials; the records of all."""
    made = search(folder, plan, epochs)
    made.run(Budget(trials, widenings), measure, lambda trial: None)
    return [trial_record(trial) for trial in made.trials]


def proposals(records):
    return [record["settings"] for record in records if record["state"] == "complete"]


@pytest.mark.parametrize("sampler", ["tpe", "random"])
@pytest.mark.slow
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


def test_two_folders_do_not_share_a_file_of_trials(tmp_path):
    storage = tmp_path / "trials.sqlite3"
    first = Search(PLAN, tmp_path / "first", storage, 3)
    with pytest.raises(UsageError, match=rf"the sweep in {tmp_path}/first; give that"):
        Search(PLAN, tmp_path / "second", storage, 3)
    assert not first.trials
    assert Search(PLAN, tmp_path / "first", storage, 3).trials == first.trials


def test_a_sweep_may_be_moved_with_its_file(tmp_path):
    run(tmp_path / "here", 1)
    (tmp_path / "here").rename(tmp_path / "there")
    assert len(run(tmp_path / "there", 2)) == 2


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


def test_own_settings_outside_of_the_ranges_extend_them(tmp_path):
    task = dataclasses.replace(TASK, overrides={"gan": {"input_dropout": 0.75}})
    records = run(tmp_path, 6, plan=dataclasses.replace(PLAN, task=task))
    own, *others = (record["settings"]["input_dropout"] for record in records)
    assert own == 0.75
    assert max(others) > 0.5


def test_own_settings_without_a_place_in_the_range_are_not_tried(tmp_path):
    space = {"gan": {"adversarial_weight": LogUniform(0.1, 1.0)}}
    task = dataclasses.replace(
        TASK, overrides={"gan": {"adversarial_weight": 0.0}}, search_space=space
    )
    plan = dataclasses.replace(PLAN, task=task)
    (record,) = run(tmp_path, 1, lambda *arguments: 0.5, plan)
    assert 0.1 <= record["settings"]["adversarial_weight"] <= 1.0


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


def test_a_trial_that_ends_as_its_folder_is_claimed_is_not_abandoned(
    tmp_path, monkeypatch
):
    other = search(tmp_path)
    trial = other._study.ask()
    trial.set_user_attr("settings", {"input_dropout": 0.1})
    claim_folder = study.claim_folder

    def claim(folder):
        # The other process has ended the trial after it was seen running.
        other._study.tell(trial.number, 0.5)
        return claim_folder(folder)

    monkeypatch.setattr(study, "claim_folder", claim)
    (record,) = run(tmp_path, 1)
    assert (record["state"], record["value"]) == ("complete", 0.5)


def test_settings_that_diverge_count_and_are_never_the_best(tmp_path):
    def diverges(settings, folder, report):
        report(1, 2.0)
        raise DivergenceError("It diverged.")

    (record,) = run(tmp_path, 1, diverges)
    assert (record["state"], record["value"]) == ("diverged", None)
    assert record["error"] == "It diverged."
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


def test_a_trial_is_not_given_up_in_the_first_third_of_a_runs_epochs(tmp_path):
    """Those that the run has, which updates bound, not those of the settings: 3."""
    calls = itertools.count()

    def measure(settings, folder, report):
        quality = 0.1 if next(calls) == 5 else 0.5
        for epoch in range(1, 13):
            report(epoch, quality)
        return quality

    plan = dataclasses.replace(PLAN, pruning=True)
    records = run(tmp_path, 6, measure, plan, epochs=12)
    assert (records[5]["state"], records[5]["epochs"]) == ("pruned", 4)


def test_each_end_of_a_trial_is_told_and_that_of_the_search(tmp_path):
    told = []
    search(tmp_path).run(Budget(2), value, told.append)
    assert [trial and trial.number for trial in told] == [0, 1, None]


def test_trials_of_a_version_before_a_setting_are_those_of_its_default(tmp_path):
    run(tmp_path, 1)
    before = PLAN.as_dict()
    del before["fixed"]["first_settings"]
    made = search(tmp_path)
    made._study.set_user_attr("plan", before)
    search(tmp_path)
    before["fixed"]["first_settings"] = ["beta_1"]
    made._study.set_user_attr("plan", before)
    with pytest.raises(UsageError, match=r"another sweep \(it differs in fixed\)"):
        search(tmp_path)


def test_the_trials_of_another_sweep_are_refused(tmp_path):
    run(tmp_path, 1)
    with pytest.raises(UsageError, match=r"differs in fixed.*--output_dir"):
        search(tmp_path, dataclasses.replace(PLAN, given={"epochs": 4}))


def test_a_file_of_something_else_is_refused(tmp_path):
    (tmp_path / "trials.sqlite3").write_text("not a database " * 100)
    with pytest.raises(UsageError, match=r"trials.sqlite3 cannot be used.*--storage"):
        search(tmp_path)


# The best weight lies beyond the range at first, the best number of steps at its end.
WIDE = dataclasses.replace(
    TASK,
    overrides={"gan": {"adversarial_weight": 0.03, "inference_steps": 5}},
    search_space={
        "gan": {
            "adversarial_weight": LogUniform(0.01, 0.1),
            "inference_steps": Ordered((2, 5), above=(10, 20, 30)),
            "input_dropout": Uniform(0.0, 0.5, most=0.5),
        }
    },
)
WIDE_PLAN = Plan(WIDE, "gan", {"epochs": 3})


def far(settings, folder, report):
    distance = abs(math.log(settings["adversarial_weight"] / 0.3))
    return settings["inference_steps"] / 100 - distance - settings["input_dropout"]


def in_wide_spaces(folder, trials, widenings, measure=far):
    run(folder, trials, measure, WIDE_PLAN, widenings)
    made = search(folder, WIDE_PLAN)
    return made, [trial_record(trial) for trial in made.trials]


@pytest.mark.slow
def test_ranges_at_whose_edge_the_best_lies_are_widened_and_searched(tmp_path):
    made, records = in_wide_spaces(tmp_path, 20, 1)
    best = best_trial(records[:20])
    (widening,) = made.widenings
    # A tenth of a decade from 0.1; neither end of the dropout can be moved.
    assert best["settings"]["adversarial_weight"] > 10**-1.1
    assert best["settings"]["inference_steps"] == 5
    edges = {"adversarial_weight": "high", "inference_steps": "high"}
    assert widening == Widening(20, best["number"], edges)
    assert made.space == {
        "adversarial_weight": LogUniform(0.01, 0.4),
        "inference_steps": Ordered((2, 5, 10, 20), above=(30,)),
        "input_dropout": Uniform(0.0, 0.5, most=0.5),
    }
    assert len(records) == 30
    beyond = [r for r in records[20:] if r["settings"]["adversarial_weight"] > 0.1]
    assert beyond
    assert best_trial(records)["value"] > best["value"]


def test_a_space_is_widened_so_often_at_most(tmp_path):
    def farther(settings, folder, report):
        return settings["inference_steps"]

    made, records = in_wide_spaces(tmp_path, 6, 1, farther)
    assert [widening.after for widening in made.widenings] == [6]
    assert best_trial(records)["settings"]["inference_steps"] == 20
    # It is at an edge again.
    assert made.edges["inference_steps"] == "high"
    assert made.is_complete(Budget(6, 1))
    assert not made.is_complete(Budget(6, 2))
    assert not made.is_complete(Budget(8, 1))
    made, records = in_wide_spaces(tmp_path, 6, 2, farther)
    assert [widening.after for widening in made.widenings] == [6, 9]
    assert len(records) == 12


def test_a_best_trial_within_its_ranges_ends_the_search(tmp_path):
    def within(settings, folder, report):
        distance = abs(math.log(settings["adversarial_weight"] / 0.03))
        return -distance + 10 * (settings["inference_steps"] == 2)

    made, records = in_wide_spaces(tmp_path, 12, 2, within)
    assert (made.widenings, made.edges, len(records)) == ([], {}, 12)
    assert made.is_complete(Budget(12, 2))


@pytest.mark.slow
def test_a_search_that_is_resumed_widens_as_an_undisturbed_one(tmp_path):
    _, whole = in_wide_spaces(tmp_path / "whole", 12, 2)
    calls = itertools.count()

    def interrupted(*arguments):
        if next(calls) in (11, 14):
            raise KeyboardInterrupt
        return far(*arguments)

    for _ in range(2):
        with pytest.raises(KeyboardInterrupt):
            in_wide_spaces(tmp_path / "parts", 12, 2, interrupted)
    made, parts = in_wide_spaces(tmp_path / "parts", 12, 2, interrupted)
    assert proposals(parts) == proposals(whole)
    assert made.space == search(tmp_path / "whole", WIDE_PLAN).space
    # An interrupted trial does not count.
    assert [widening.after for widening in made.widenings] == [12, 18]
    assert len(parts) == len(whole) + 2


def test_a_search_waits_for_trials_that_decide_whether_it_goes_on(tmp_path):
    """Two threads share four trials; the first to end does not leave the rest alone."""
    done = threading.Barrier(2, timeout=60)
    numbers, numbering = itertools.count(1), threading.Lock()
    begun = []

    def measure(*arguments):
        with numbering:
            number = next(numbers)
            begun.append(number)
        if number in (3, 4):
            done.wait()
            # The last of the four ends a moment after the other thread's.
            time.sleep(0.2 * (number == 4))
        return far(*arguments)

    with concurrent.futures.ThreadPoolExecutor(2) as threads:
        list(
            threads.map(
                lambda _: run(tmp_path, 4, measure, WIDE_PLAN, widenings=1), range(2)
            )
        )
    assert len(begun) == 6
    assert len(search(tmp_path, WIDE_PLAN).widenings) == 1


def test_own_settings_of_ordered_values_are_tried_first(tmp_path):
    task = dataclasses.replace(WIDE, overrides={"gan": {"inference_steps": 5}})
    plan = dataclasses.replace(WIDE_PLAN, task=task)
    (record,) = run(tmp_path, 1, far, plan)
    assert record["settings"]["inference_steps"] == 5
