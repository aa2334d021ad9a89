"""What a sweep prints: its question, a line a trial, and its answer."""

import pathlib
from collections.abc import Mapping, Sequence
from typing import Any

from experiments.cli.durations import clock
from experiments.jobs.runner import seconds_left
from experiments.search.plan import Plan
from experiments.search.record import TrialRecord, as_overrides, best_trial, ended
from experiments.summaries.result_table import percent
from ldrsp_tf.errors import UsageError


def show_plan(plan: Plan, trials: int) -> None:
    """Says what is about to happen."""
    last = plan.seed + plan.seeds - 1
    seeds = f"seed {last}" if plan.seeds == 1 else f"seeds {plan.seed} to {last}"
    print(f"{plan.task.title}, {plan.method}: {trials} trials, {seeds}")
    for name, range_ in plan.space.items():
        print(f"  {name}: {range_}")


def show_trial(
    records: Sequence[TrialRecord], number: int, trials: int, at_once: int = 1
) -> None:
    """Shows a trial that has ended; `trials` is how many there will be."""
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


def show_best(
    plan: Plan, content: Mapping[str, Any] | None, folder: pathlib.Path
) -> None:
    """Shows the best setting; UsageError if no trial has come to its end."""
    best = content and content["best"]
    if not best:
        raise UsageError(
            f"No trial of {folder} came to its end with a value; its sweep.json says "
            "why. Narrow the task's space, or try more trials."
        )
    print(
        f"\nBest of {len(content['trials'])}: trial {best['number']}, "
        f"{percent(best['value'])} on validation rows.\n"
    )
    print(as_overrides(plan.method, {**plan.given, **best["settings"]}))
    print(f"\nAll trials: {folder / 'sweep.json'}")
