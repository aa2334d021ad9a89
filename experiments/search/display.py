"""The output of a sweep: its plan, a line per trial, and the best setting."""

import pathlib
from collections.abc import Mapping, Sequence
from typing import Any

from experiments.cli.durations import clock
from experiments.jobs.runner import seconds_left
from experiments.search.plan import Plan
from experiments.search.record import TrialRecord, as_overrides, best_trial, ended
from experiments.search.widening import Budget
from experiments.summaries.result_table import percent
from ldrsp_tf.errors import UsageError


def show_plan(plan: Plan, budget: Budget) -> None:
    """Prints the method, the number of trials and the space."""
    last = plan.seed + plan.seeds - 1
    seeds = f"seed {last}" if plan.seeds == 1 else f"seeds {plan.seed} to {last}"
    print(f"{plan.task.title}, {plan.method}: {budget.trials} trials, {seeds}")
    for name, range_ in plan.space.items():
        print(f"  {name}: {range_}")


def show_trial(
    records: Sequence[TrialRecord], number: int, trials: int, at_once: int = 1
) -> None:
    """Prints a line about a trial that has ended.

    Args:
      records: The records of all trials so far.
      number: The number of the trial.
      trials: The number of trials that there will be.
      at_once: The number of trials at a time.
    """
    trial, done = records[number], ended(records)
    best = best_trial(records)
    outcome = trial["state"]
    if trial["value"] is not None:
        outcome = f"validation {percent(trial['value'])}"
    settings = " ".join(f"{k}={v}" for k, v in trial["settings"].items())
    line = f"{len(done):{len(str(trials))}d}/{trials}  {outcome}"
    if best is not None:
        line += f" (best: {percent(best['value'])})"
    line += f"  {settings}"
    left = trials - len(done)
    if left > 0:
        durations = [record["seconds"] for record in done]
        line += f"  about {clock(seconds_left(durations, left, at_once))} left"
    print(line, flush=True)


def show_widening(widening: Mapping[str, Any], trials: int) -> None:
    """Prints which ranges have been widened, and why.

    Args:
      widening: The widening as `sweep.json` has it.
      trials: The number of trials that there will be.
    """
    print(
        f"Trial {widening['best']}, the best of {widening['after']}, is at the edge of "
        f"a range. Wider ranges follow, up to {trials} trials:"
    )
    for name, range_ in widening["ranges"].items():
        print(f"  {name}: {range_}", flush=True)


def show_best(
    plan: Plan, content: Mapping[str, Any] | None, folder: pathlib.Path
) -> None:
    """Prints the best setting.

    Args:
      plan: The plan of the sweep.
      content: The content of `sweep.json`; None where there is none.
      folder: The folder of the sweep.

    Raises:
      UsageError: No trial has come to its end.
    """
    best = content["best"] if content is not None else None
    if content is None or not best:
        raise UsageError(
            f"No trial of {folder} came to its end with a value; its sweep.json says "
            "why. Narrow the task's space, or try more trials."
        )
    print(
        f"\nBest of {len(content['trials'])}: trial {best['number']}, "
        f"{percent(best['value'])} on validation rows.\n"
    )
    print(as_overrides(plan.method, plan.overrides(best["settings"])))
    for name, edge in content["edges"].items():
        print(f"\nIts {name} is at the {edge} edge of the range still.")
    print(f"\nAll trials: {folder / 'sweep.json'}")
