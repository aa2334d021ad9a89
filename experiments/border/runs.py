"""The runs that the border lacks."""

import pathlib
import sys
from collections.abc import Sequence

from experiments.border.plan import METHOD, PLANNED, Planned
from experiments.cli.setting_flags import as_flags
from experiments.jobs.process import Job
from experiments.reports.missing_runs import missing_runs
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
    """
    jobs = []
    for task, planned in PLANNED.items():
        cells = {cell.folder: cell for cell in planned}
        there = load_results(results, task)
        for run in missing_runs(task, list(cells), there, seeds):
            folder = runs / str(run)
            flags = _flags(task, cells[run.folder], run.seed)
            command = (
                *(sys.executable, "-m", "experiments.run", *data),
                *(*flags, f"--output_dir={folder}"),
            )
            jobs.append(Job(name=str(run), command=command, folder=folder))
    return jobs


def _flags(task: str, cell: Planned, seed: int) -> tuple[str, ...]:
    settings = {**cell.settings, "draw": seed}
    chosen = (f"--task={task}", f"--method={METHOD}", f"--seed={seed}")
    return (*chosen, *as_flags(settings).split())
