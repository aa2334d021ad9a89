"""The missing runs of a study."""

import pathlib
import sys

from experiments.ablation.study import Study
from experiments.cli.setting_flags import as_flags
from experiments.jobs.process import Job
from experiments.reports.missing_runs import missing_runs
from experiments.summaries.collection import load_results
from experiments.tasks.task import get_task


def missing_jobs(
    results: pathlib.Path,
    runs: pathlib.Path,
    task: str,
    study: Study,
    seeds: int,
    data: list[str],
) -> list[Job]:
    """Returns the runs without a result; all of seed 0 come first.

    Args:
      results: The folder of the results.
      runs: The folder in which the runs work.
      task: The name of the task.
      study: The rows of the table.
      seeds: The number of seeds of each row.
      data: The flags that name the folders of data.

    Raises:
      UsageError: The study's method or settings are not of such tasks.
    """
    names = {study.folder(name): name for name in study.ablations}
    for name in names.values():
        get_task(task).configure(study.method, study.settings_of(name))
    there = load_results(results, task, methods=list(names))
    jobs = []
    for run in missing_runs(task, list(names), there, seeds):
        settings = study.settings_of(names[run.folder])
        folder = runs / str(run)
        command = (
            *(sys.executable, "-m", "experiments.run", *data),
            *(f"--task={task}", f"--method={study.method}", f"--seed={run.seed}"),
            *(*as_flags(settings).split(), f"--output_dir={folder}"),
        )
        jobs.append(Job(name=str(run), command=command, folder=folder))
    return jobs
