"""The records of a sweep: `sweep.json`, and the setting to copy from the screen."""

import pathlib
from collections.abc import Mapping, Sequence
from typing import Any

from experiments.search.plan import Plan
from experiments.search.widening import Budget, Widening, widened_spaces
from experiments.summaries.result_file import write_json
from experiments.tasks.ranges import Edge

# Digits of values (fractions) and of seconds in a record that is kept with the code.
_VALUE_DIGITS = 5
_SECONDS_DIGITS = 1

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
      error: The sentence about a diverged trial; others have none.
    """
    state = _STATES[trial.state.name]
    error = {}
    if "error" in trial.user_attrs:
        state, error = "diverged", {"error": trial.user_attrs["error"]}
    return {
        "number": trial.number,
        "state": state,
        "value": trial.value if state == "complete" else None,
        "settings": trial.user_attrs.get("settings", {}),
        "epochs": trial.last_step,
        "seconds": trial.user_attrs.get("seconds"),
        **error,
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
    plan: Plan,
    budget: Budget,
    records: Sequence[TrialRecord],
    widenings: Sequence[Widening],
    edges: Mapping[str, Edge],
    is_complete: bool,
    origin: Mapping[str, Any],
) -> dict[str, Any]:
    """Returns the content of `sweep.json`.

    Args:
      plan: The plan of the sweep.
      budget: The number of trials that there should be.
      records: The records of all trials so far.
      widenings: The widenings of the space so far.
      edges: The edges of the present space that the best trial lies at, by setting.
      is_complete: Whether the sweep has come to its end.
      origin: The parts versions, data and command.
    """
    spaces = widened_spaces(plan.space, widenings)
    return {
        "task": plan.task.name,
        "method": plan.method,
        "complete": is_complete,
        "best": best_trial(records),
        "budget": {"trials": budget.trials, "widenings": budget.widenings},
        "widenings": [
            {
                **widening.as_dict(),
                "ranges": {name: str(space[name]) for name in widening.edges},
            }
            for widening, space in zip(widenings, spaces[1:], strict=True)
        ],
        "edges": dict(edges),
        "trials": list(records),
        "plan": plan.as_dict(),
        **origin,
    }


def write_record(
    folder: pathlib.Path, name: str, content: Mapping[str, Any]
) -> pathlib.Path:
    """Writes a sweep for the folder of records that are kept with the code.

    Args:
      folder: The folder of all records.
      name: The name of the sweep's folder, `<method>[-<networks>]`.
      content: The content of `sweep.json`, whose figures are rounded.

    Returns:
      The path of the record, `<folder>/<task>/<name>.json`.
    """
    path = folder / content["task"] / f"{name}.json"
    best = content["best"]
    rounded = {
        "best": best and _rounded(best),
        "trials": [_rounded(trial) for trial in content["trials"]],
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    write_json(path, {**content, **rounded})
    return path


def _rounded(trial: TrialRecord) -> TrialRecord:
    digits = {"value": _VALUE_DIGITS, "seconds": _SECONDS_DIGITS}
    figures = {
        name: round(trial[name], number)
        for name, number in digits.items()
        if trial[name] is not None
    }
    return {**trial, **figures}


def as_overrides(method: str, settings: Mapping[str, Any]) -> str:
    """Returns settings as a task's configuration has them, to be copied into it."""
    lines = [f'        "{name}": {value!r},' for name, value in settings.items()]
    return "\n".join(["overrides={", f'    "{method}": {{', *lines, "    },", "}"])
