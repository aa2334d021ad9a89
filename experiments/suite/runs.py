"""The runs that a comparison lacks."""

import pathlib
from collections.abc import Sequence

from experiments.reports.filling import lacking_runs
from experiments.reports.missing_runs import RunName
from experiments.summaries.collection import load_results
from experiments.tasks.task import get_task


def runs_to_do(
    results: pathlib.Path, tasks: Sequence[str], folders: Sequence[str], seeds: int
) -> list[RunName]:
    """Returns the missing runs of all tasks; those of seed 0 come first.

    So an interrupted command leaves a comparison of few seeds rather than one of few
    data sets.

    Args:
      results: The folder of the results.
      tasks: The names of the tasks.
      folders: The folders of the methods, `<method>[-<networks>]`.
      seeds: The number of seeds of each method on each task.

    Raises:
      UsageError: A task is unknown, or results have other settings than new runs.
    """
    missing = []
    for task in dict.fromkeys(tasks):
        get_task(task)  # Refuses an unknown one before any run.
        there = load_results(results, task)
        missing += lacking_runs(results, task, folders, there, seeds)
    return sorted(missing, key=lambda run: run.seed)
