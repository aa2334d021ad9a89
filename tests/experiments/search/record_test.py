import dataclasses
from types import SimpleNamespace

from experiments.search.plan import Plan
from experiments.search.record import (
    as_overrides,
    best_trial,
    ended,
    sweep_content,
    trial_record,
)
from experiments.tasks.task import get_task


def record(number, state, value=None):
    return {"number": number, "state": state, "value": value, "settings": {}}


RECORDS = [
    record(0, "complete", 0.3),
    record(1, "interrupted"),
    record(2, "complete", 0.5),
    record(3, "pruned"),
    record(4, "complete", 0.5),
    record(5, "running"),
]


@dataclasses.dataclass
class Made:
    """A trial as Optuna has it."""

    state: SimpleNamespace
    user_attrs: dict
    value: float | None = 0.25
    number: int = 7
    last_step: int | None = 4


def made(state, **attrs):
    return trial_record(Made(SimpleNamespace(name=state), attrs))


def test_the_best_is_the_first_of_the_largest_complete_value():
    assert best_trial(RECORDS)["number"] == 2
    assert best_trial([record(0, "pruned"), record(1, "diverged")]) is None


def test_interrupted_trials_do_not_count():
    assert [r["number"] for r in ended(RECORDS)] == [0, 2, 3, 4]


def test_only_a_complete_trial_has_a_value():
    # Optuna's value of a pruned trial is that of its last report.
    assert made("COMPLETE", settings={"a": 1}, seconds=2.0) == {
        "number": 7,
        "state": "complete",
        "value": 0.25,
        "settings": {"a": 1},
        "epochs": 4,
        "seconds": 2.0,
    }
    assert made("PRUNED")["value"] is None
    assert made("PRUNED")["state"] == "pruned"
    assert made("PRUNED", error="It diverged.")["state"] == "diverged"
    assert made("FAIL")["state"] == "interrupted"


def test_the_file_says_whether_the_sweep_is_complete():
    plan = Plan(get_task("synthetic_tags"), "gan", {})
    content = sweep_content(plan, 4, RECORDS, {"command": "python ..."})
    assert content["complete"] is True
    assert sweep_content(plan, 5, RECORDS, {})["complete"] is False
    assert (content["task"], content["method"]) == ("synthetic_tags", "gan")
    assert content["best"] == RECORDS[2]
    assert content["trials"] == RECORDS
    assert content["command"] == "python ..."


def test_overrides_are_python():
    settings = {"adversarial_weight": 0.125, "hidden": (8, 8), "generator": "unet"}
    found = {}
    exec(as_overrides("gan", settings), found)
    assert found["overrides"] == {"gan": settings}
