"""The runs that the border lacks."""

import pathlib
import sys
from collections.abc import Mapping, Sequence
from typing import Any

from experiments.border.plan import METHOD, PLANNED
from experiments.cli.setting_flags import as_flags
from experiments.jobs.process import Job
from experiments.reports.filling import lacking_runs
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
        settings = {cell.folder: cell.settings for cell in planned}
        there = load_results(results, task)
        lacking = lacking_runs(
            *(results, task, list(settings), there, seeds),
            lambda run, of_folder=settings: of_folder[run.folder],
        )
        for run in lacking:
            folder = runs / str(run)
            flags = _flags(task, settings[run.folder], run.seed)
            command = (
                *(sys.executable, "-m", "experiments.run", *data),
                *(*flags, f"--output_dir={folder}"),
            )
            jobs.append(Job(name=str(run), command=command, folder=folder))
    return jobs


def _flags(task: str, settings: Mapping[str, Any], seed: int) -> tuple[str, ...]:
    chosen = (f"--task={task}", f"--method={METHOD}", f"--seed={seed}")
    return (*chosen, *as_flags({**settings, "draw": seed}).split())
