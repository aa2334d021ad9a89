"""The missing runs of a study."""

import pathlib
import sys

from experiments.ablation.study import Study, require_task
from experiments.cli.setting_flags import flag_list
from experiments.jobs.process import Job
from experiments.reports.filling import lacking_runs
from experiments.summaries.collection import load_results


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
      UsageError: The study is not of such tasks, or results have other settings than
        new runs.
    """
    require_task(task, study)
    settings = {study.folder(name): study.settings_of(name) for name in study.ablations}
    there = load_results(results, task, methods=list(settings))
    lacking = lacking_runs(
        results, task, list(settings), there, seeds, lambda run: settings[run.folder]
    )
    jobs = []
    for run in lacking:
        folder = runs / str(run)
        command = (
            *(sys.executable, "-m", "experiments.run", *data),
            *(f"--task={task}", f"--method={study.method}", f"--seed={run.seed}"),
            *(*flag_list(settings[run.folder]), f"--output_dir={folder}"),
        )
        jobs.append(Job(name=str(run), command=command, folder=folder))
    return jobs
