"""The runs that the border lacks."""

import pathlib
import sys
from collections.abc import Sequence

from experiments.border.plan import CELLS, METHOD, TASK
from experiments.cli.setting_flags import as_flags
from experiments.jobs.process import Job
from experiments.reports.missing_runs import missing_runs
from experiments.summaries.collection import load_results


def missing_jobs(
    results: pathlib.Path, runs: pathlib.Path, seeds: int, data: Sequence[str]
) -> list[Job]:
    """Returns the runs without a result; all of seed 0 come first.

    Args:
      results: The folder of the results.
      runs: The folder in which the runs work.
      seeds: The number of seeds of each cell.
      data: The flags that name the folders of data.
    """
    cells = {cell.folder: cell for cell in CELLS}
    there = load_results(results, TASK)
    jobs = []
    for run in missing_runs(TASK, list(cells), there, seeds):
        settings = {**cells[run.folder].settings, "draw": run.seed}
        folder = runs / str(run)
        command = (
            *(sys.executable, "-m", "experiments.run", *data),
            *(f"--task={TASK}", f"--method={METHOD}", f"--seed={run.seed}"),
            *(*as_flags(settings).split(), f"--output_dir={folder}"),
        )
        jobs.append(Job(name=str(run), command=command, folder=folder))
    return jobs
