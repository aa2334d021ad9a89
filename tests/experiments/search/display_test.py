import dataclasses
import pathlib

import pytest

from experiments.search.display import show_best, show_plan, show_trial, show_widening
from experiments.search.plan import Plan
from experiments.search.widening import Budget
from experiments.tasks.task import get_task
from ldrsp_tf.errors import UsageError

PLAN = Plan(get_task("synthetic_tags"), "gan", {"epochs": 2}, seed=1, seeds=2)


def record(number, state, value, seconds):
    settings = {"input_dropout": number / 10}
    return {
        "number": number,
        "state": state,
        "value": value,
        "settings": settings,
        "seconds": seconds,
    }


RECORDS = [record(0, "complete", 0.5, 10.0), record(1, "pruned", None, 5.0)]


def test_the_question_is_shown_with_its_seeds_and_ranges(capsys):
    show_plan(PLAN, Budget(20, 2))
    first, *ranges = capsys.readouterr().out.splitlines()
    assert first == "Synthetic tags, gan: 20 trials, seeds 1 to 2"
    assert [line.split(":")[0].strip() for line in ranges] == list(PLAN.space)


def test_a_trial_has_a_line_with_the_time_that_is_left(capsys):
    show_trial(RECORDS, 1, 12)
    show_trial(RECORDS, 0, 2)
    assert capsys.readouterr().out.splitlines() == [
        " 2/12  pruned (best: 50.0)  input_dropout=0.1  about 1:15 left",
        "2/2  validation 50.0 (best: 50.0)  input_dropout=0.0",
    ]


def test_no_best_trial_is_a_mistake_of_the_space(capsys):
    for content in (None, {"best": None}):
        with pytest.raises(UsageError, match="came to its end"):
            show_best(PLAN, content, pathlib.Path("sweeps"))


def test_the_best_setting_has_what_was_given_too(capsys):
    content = {"best": RECORDS[0], "trials": RECORDS, "edges": {"a": "low"}}
    given = {"beta_1": 0.9, "epochs": 2, "validation_interval": 1}
    plan = dataclasses.replace(PLAN, given=given)
    show_best(plan, content, pathlib.Path("sweeps"))
    screen = capsys.readouterr().out
    assert "Best of 2: trial 0, 50.0 on validation rows." in screen
    assert "Its a is at the low edge of the range still." in screen
    # Without the length of trials, which may be short.
    assert '"gan": {\n        "beta_1": 0.9,\n        "input_dropout": 0.0,' in screen


def test_a_widening_is_shown_with_the_ranges_that_follow(capsys):
    widening = {"after": 16, "best": 3, "ranges": {"beta_2": "0.9 to 1"}}
    show_widening(widening, 24)
    assert capsys.readouterr().out.splitlines() == [
        "Trial 3, the best of 16, is at the edge of a range. Wider ranges follow, up "
        "to 24 trials:",
        "  beta_2: 0.9 to 1",
    ]
