import dataclasses
import json
from types import SimpleNamespace

from experiments.search.plan import Plan
from experiments.search.record import (
    as_overrides,
    best_trial,
    ended,
    sweep_content,
    trial_record,
    write_record,
)
from experiments.search.widening import Budget, Widening
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
    assert "error" not in made("PRUNED")
    diverged = made("PRUNED", error="It diverged.")
    assert (diverged["state"], diverged["error"]) == ("diverged", "It diverged.")
    assert made("FAIL")["state"] == "interrupted"


PLAN = Plan(get_task("synthetic_tags"), "gan", {}, seeds=2)


def content_of(records, is_complete=True):
    widening = Widening(3, 2, {"input_dropout": "high"})
    return sweep_content(
        PLAN,
        Budget(2, 1),
        records,
        [widening],
        {"adversarial_weight": "low"},
        is_complete,
        {"command": "python ..."},
    )


def test_the_file_has_the_trials_and_each_widening_of_the_space():
    content = content_of(RECORDS)
    assert content["complete"] is True
    assert content_of(RECORDS, is_complete=False)["complete"] is False
    assert (content["task"], content["method"]) == ("synthetic_tags", "gan")
    assert content["best"] == RECORDS[2]
    assert content["trials"] == RECORDS
    assert content["budget"] == {"trials": 2, "widenings": 1}
    assert content["edges"] == {"adversarial_weight": "low"}
    assert content["widenings"] == [
        {
            "after": 3,
            "best": 2,
            "edges": {"input_dropout": "high"},
            "ranges": {"input_dropout": "0 to 0.75"},
        }
    ]
    # The ranges at first.
    assert content["plan"]["space"]["input_dropout"].startswith("Uniform(low=0.0, hig")
    assert content["plan"]["seeds"] == 2
    assert content["command"] == "python ..."


def test_a_kept_record_has_rounded_figures(tmp_path):
    complete = {**record(0, "complete", 0.123456789), "seconds": 12.3456}
    running = {**record(1, "running"), "seconds": None}
    path = write_record(tmp_path, "gan", content_of([complete, running]))
    assert path == tmp_path / "synthetic_tags" / "gan.json"
    kept = json.loads(path.read_text())
    assert kept["trials"] == [
        {**complete, "value": 0.12346, "seconds": 12.3},
        running,
    ]
    assert kept["best"] == kept["trials"][0]
    assert kept["widenings"] == content_of([])["widenings"]


def test_overrides_are_python():
    settings = {"adversarial_weight": 0.125, "hidden": (8, 8), "generator": "unet"}
    found = {}
    exec(as_overrides("gan", settings), found)
    assert found["overrides"] == {"gan": settings}
