"""The records of a sweep: `sweep.json`, and the setting to copy from the screen."""

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
    """Returns a trial of Optuna as the file has it.

    Returns:
      number: The number of the trial.
      state: `complete`, `pruned`, `diverged`, `interrupted` or `running`.
      value: The value of a complete trial; None for others.
      settings: The proposed settings.
      epochs: The epoch of the last validation, counted through all seeds.
      seconds: The duration.
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
    """Returns the complete trial with the largest value, the earliest of equals."""
    complete = [record for record in records if record["state"] == "complete"]
    return max(complete, key=lambda record: record["value"], default=None)


def ended(records: Sequence[TrialRecord]) -> list[TrialRecord]:
    """Returns the trials that have ended and were not interrupted."""
    left_out = ("running", "interrupted")
    return [record for record in records if record["state"] not in left_out]


def sweep_content(
    plan: Plan, trials: int, records: Sequence[TrialRecord], origin: Mapping[str, Any]
) -> dict[str, Any]:
    """Returns the content of `sweep.json`.

    Args:
      plan: The plan of the sweep.
      trials: The number of trials that there should be.
      records: The records of all trials so far.
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
    """Returns settings as a task's configuration has them, to be copied into it."""
    lines = [f'        "{name}": {value!r},' for name, value in settings.items()]
    return "\n".join(["overrides={", f'    "{method}": {{', *lines, "    },", "}"])
