"""The missing runs of a table of ablations."""

import pathlib
import sys

from experiments.ablation.plan import ABLATIONS, METHOD
from experiments.ablation.table import folder_of
from experiments.cli.setting_flags import as_flags
from experiments.jobs.process import Job
from experiments.reports.missing_runs import missing_runs
from experiments.summaries.collection import load_results


def missing_jobs(
    results: pathlib.Path, runs: pathlib.Path, task: str, seeds: int, data: list[str]
) -> list[Job]:
    """Returns the runs without a result; all of seed 0 come first.

    Args:
      results: The folder of the results.
      runs: The folder in which the runs work.
      task: The name of the task.
      seeds: The number of seeds of each row.
      data: The flags that name the folders of data.
    """
    folders = {folder_of(name): ablation for name, ablation in ABLATIONS.items()}
    there = load_results(results, task)
    jobs = []
    for run in missing_runs(task, list(folders), there, seeds):
        settings = {"ensemble": False, **folders[run.folder].settings}
        folder = runs / str(run)
        command = (
            *(sys.executable, "-m", "experiments.run", *data),
            *(f"--task={task}", f"--method={METHOD}", f"--seed={run.seed}"),
            *(*as_flags(settings).split(), f"--output_dir={folder}"),
        )
        jobs.append(Job(name=str(run), command=command, folder=folder))
    return jobs
