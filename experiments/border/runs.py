"""The runs that the border lacks."""

import pathlib
import sys
from collections.abc import Mapping, Sequence
from typing import Any

from experiments.border.plan import METHOD, PLANNED
from experiments.cli.setting_flags import flag_list
from experiments.jobs.process import Job
from experiments.reports.filling import lacking_runs
from experiments.reports.missing_runs import RunName
from experiments.summaries.collection import load_results


def missing_jobs(
    results: pathlib.Path, runs: pathlib.Path, seeds: int, data: Sequence[str]
) -> list[Job]:
    """Returns the runs without a result, by task; of each, all of seed 0 come first.

    Args:
      results: The folder of the results.
      runs: The folder in which the runs work.
      seeds: The number of seeds of each cell.
      data: The flags that name the folders of data.

    Raises:
      UsageError: Results have other settings than new runs.
    """
    jobs = []
    for task, planned in PLANNED.items():
        folders = [cell.folder for cell in planned]
        there = load_results(results, task)
        for run in lacking_runs(results, task, folders, there, seeds, _settings):
            folder = runs / str(run)
            command = (
                *(sys.executable, "-m", "experiments.run", *data),
                *(*_flags(run), f"--output_dir={folder}"),
            )
            jobs.append(Job(name=str(run), command=command, folder=folder))
    return jobs


def _settings(run: RunName) -> Mapping[str, Any]:
    """Returns the settings of a run's cell."""
    (cell,) = [cell for cell in PLANNED[run.task] if cell.folder == run.folder]
    return cell.settings


def _flags(run: RunName) -> tuple[str, ...]:
    chosen = (f"--task={run.task}", f"--method={METHOD}", f"--seed={run.seed}")
    return (*chosen, *flag_list({**_settings(run), "draw": run.seed}))
