"""What is left of a sweep: `sweep.json`, and the setting to copy from the screen."""

from collections.abc import Mapping, Sequence
from typing import Any

from experiments.search.plan import Plan

TrialRecord = dict[str, Any]


_STATES = {
    "COMPLETE": "complete",
    "PRUNED": "pruned",
    "FAIL": "interrupted",
    "RUNNING": "running",
}


def trial_record(trial: Any) -> TrialRecord:
    """A trial of Optuna as the file has it.

    Returns:
      number, state: `complete`, `pruned`, `diverged`, `interrupted` or `running`.
      value: Of a complete one.
      settings: The proposed ones.
      epochs: Of the last validation, counted through all seeds.
      seconds: What it took.
    """
    state = _STATES[trial.state.name]
    if "error" in trial.user_attrs:
        state = "diverged"
    return {
        "number": trial.number,
        "state": state,
        "value": trial.value if state == "complete" else None,
        "settings": trial.user_attrs.get("settings", {}),
        "epochs": trial.last_step,
        "seconds": trial.user_attrs.get("seconds"),
    }


def best_trial(records: Sequence[TrialRecord]) -> TrialRecord | None:
    """The complete trial of the largest value, the earliest of equals."""
    complete = [record for record in records if record["state"] == "complete"]
    return max(complete, key=lambda record: record["value"], default=None)


def ended(records: Sequence[TrialRecord]) -> list[TrialRecord]:
    """The trials that count and are over."""
    left_out = ("running", "interrupted")
    return [record for record in records if record["state"] not in left_out]


def sweep_content(
    plan: Plan, trials: int, records: Sequence[TrialRecord], origin: Mapping[str, Any]
) -> dict[str, Any]:
    """The content of `sweep.json`.

    Args:
      plan: What was searched.
      trials: How many there should be.
      records: Of all trials so far.
      origin: The parts versions, data and command.
    """
    return {
        "task": plan.task.name,
        "method": plan.method,
        "complete": len(ended(records)) >= trials,
        "best": best_trial(records),
        "trials": list(records),
        "plan": plan.as_dict(),
        **origin,
    }


def as_overrides(method: str, settings: Mapping[str, Any]) -> str:
    """Settings as a task's configuration has them, to be copied into it."""
    lines = [f'        "{name}": {value!r},' for name, value in settings.items()]
    return "\n".join(["overrides={", f'    "{method}": {{', *lines, "    },", "}"])
