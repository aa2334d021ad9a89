"""Makes the runs that tables lack and files their results with the others."""

import dataclasses
import pathlib
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from experiments.jobs.cores import threads_of_each
from experiments.jobs.process import Job
from experiments.jobs.runner import Failure, Workers, run_jobs
from experiments.reports.layouts import LAYOUTS, Layout
from experiments.reports.missing_runs import (
    RunName,
    missing_runs,
    require_runnable,
    runnable,
)
from experiments.reports.rows import row_folders
from experiments.summaries.collection import Results, differing_settings, load_results
from experiments.summaries.result_check import require_result
from experiments.summaries.result_file import read_json, write_json
from experiments.tasks.task import TASKS, get_task
from ldrsp_tf.errors import UsageError

if TYPE_CHECKING:
    from experiments.jobs.ray_cluster import RayCluster


@dataclasses.dataclass(frozen=True)
class Wanted:
    """The part of the tables to fill.

    Attributes:
      number: The paper's number of a table, "claim" or "controls"; None for all of the
        paper's.
      tasks: The names of the tasks; None for all that the package has.
      methods: The methods, as `<method>[-<networks>]`; None for all rows of a table.
      seeds: The number of seeds 0, 1, ... of every row.
    """

    number: int | str | None = None
    tasks: Sequence[str] | None = None
    methods: Sequence[str] | None = None
    seeds: int = 5


def fill_tables(
    results: pathlib.Path,
    wanted: Wanted,
    command: Sequence[str],
    *,
    runs: pathlib.Path,
    at_once: int,
    report: Callable[[str], None],
    cluster: "RayCluster | None" = None,
) -> list[Failure]:
    """Executes the runs that the tables lack.

    Args:
      results: The folder of `<task>/<method>[-<networks>]/seed<k>/result.json`, which
        receives the results of the runs that finish.
      wanted: The tables, methods and seeds to fill.
      command: The command line of a run, without the flags that name it and its folder.
      runs: The folder of the runs' folders. A run that was interrupted is resumed.
      at_once: The number of runs at a time.
      report: The function that shows a line of progress.
      cluster: The cluster to join and run on; None for this machine.

    Returns:
      The runs that failed.

    Raises:
      UsageError: A name is unknown, or results have other settings than new runs.
    """
    missing = []
    for layout in _layouts(wanted):
        there = load_results(results, layout.task)
        folders = _folders(layout, there, wanted.methods)
        missing += lacking_runs(
            results,
            layout.task,
            folders,
            there,
            wanted.seeds,
            controls=layout.controls,
        )
    return fill_runs(
        results,
        missing,
        command,
        runs=runs,
        at_once=at_once,
        report=report,
        cluster=cluster,
    )


def lacking_runs(
    results: pathlib.Path,
    task: str,
    folders: Sequence[str],
    there: Results,
    seeds: int,
    settings: Callable[[RunName], Mapping[str, Any]] = lambda run: run.networks,
    *,
    controls: bool = False,
) -> list[RunName]:
    """Returns the runs without a complete result, as `missing_runs` does.

    Args:
      results: The folder of the results, for the error.
      task: The task's name.
      folders: The folders of methods, `<method>[-<networks>]`.
      there: The complete results of the task.
      seeds: The number of seeds that each method should have.
      settings: Returns the settings that a run is given, by name; by default those of
        the networks that its folder names.
      controls: Whether results without controls count as missing.

    Raises:
      UsageError: Results have other settings than new runs.
    """
    lacking = missing_runs(task, folders, there, seeds, controls=controls)
    _check_settings(lacking, there, results, settings)
    if not controls:
        return lacking
    own = {run: get_task(task).configure(run.method, settings(run)) for run in lacking}
    return [dataclasses.replace(run, controls=not own[run].controls) for run in lacking]


def fill_runs(
    results: pathlib.Path,
    missing: Sequence[RunName],
    command: Sequence[str],
    *,
    runs: pathlib.Path,
    at_once: int,
    report: Callable[[str], None],
    cluster: "RayCluster | None" = None,
) -> list[Failure]:
    """Executes runs and files their results with the others.

    Args:
      results: The folder that receives the results of the runs that finish.
      missing: The runs, in the order in which they start.
      command: The command line of a run, without the flags that name it and its folder.
      runs: The folder of the runs' folders. A run that was interrupted is resumed.
      at_once: The number of runs at a time.
      report: The function that shows a line of progress.
      cluster: The cluster to join and run on; None for this machine.

    Returns:
      The runs that failed.
    """
    jobs = [
        Job(
            name=str(run),
            command=(*command, *run.flags, f"--output_dir={runs / run.place}"),
            folder=runs / run.place,
        )
        for run in missing
    ]
    if cluster is None or not jobs:
        report(_summary(len(jobs), at_once, threads_of_each(at_once)))
        return run_and_file(results, jobs, at_once, report)
    # Only a run on Ray needs Ray.
    from experiments.jobs.ray_runner import RayWorkers

    with cluster:
        report(_summary(len(jobs), at_once, cluster.threads))
        return run_and_file(results, jobs, at_once, report, RayWorkers(cluster))


def run_and_file(
    results: pathlib.Path,
    jobs: Sequence[Job],
    at_once: int,
    report: Callable[[str], None],
    workers: Workers | None = None,
) -> list[Failure]:
    """Runs every job and files its result, by the name of the job.

    Args:
      results: The folder that receives the results of the runs that finish.
      jobs: The runs in the order in which they start.
      at_once: The number of runs at a time.
      report: The function that shows a line of progress.
      workers: The workers that run the jobs; processes of this machine if None.

    Returns:
      The runs that failed.
    """

    def collect(job: Job) -> None:
        file_result(job.folder / "result.json", results / job.name / "result.json")

    return run_jobs(jobs, at_once, collect, report, workers)


def _layouts(wanted: Wanted) -> list[Layout]:
    """Returns the layouts of the wanted tables, of tasks that the package has."""
    layouts = [layout for layout in LAYOUTS if layout.is_asked(wanted.number)]
    known = {layout.task: layout for layout in layouts if layout.task in TASKS}
    for task in wanted.tasks or ():
        if task not in known:
            raise UsageError(
                f"{task!r} is no task that can be run for these tables; the tasks are "
                f"{', '.join(known)}."
            )
    return [known[task] for task in wanted.tasks or known]


def _folders(
    layout: Layout, there: Results, methods: Sequence[str] | None
) -> list[str]:
    if methods is None:
        return runnable(layout.methods or row_folders(layout, there))
    require_runnable(methods)
    return list(methods)


def _check_settings(
    lacking: Sequence[RunName],
    there: Results,
    results: pathlib.Path,
    settings: Callable[[RunName], Mapping[str, Any]],
) -> None:
    """Refuses results that a table could not average with the new runs.

    A table would refuse them as well, but only after hours of work.
    """
    for run in lacking:
        for result in there.get(run.folder, ())[:1]:
            config = get_task(run.task).configure(run.method, settings(run)).as_dict()
            configs = [result.get("config", {}), config]
            differing = differing_settings(run.task, configs)
            if differing:
                some = ", ".join([*differing[:5], *["..."][: len(differing) > 5]])
                raise UsageError(
                    f"The results of {run.task}/{run.folder} in {results} have other "
                    f"settings than a run has now ({some}); move them away to make "
                    "them again, or name another folder by --results."
                )


def _summary(missing: int, at_once: int, threads: int) -> str:
    if missing == 0:
        return "No run is missing."
    text = "1 run is missing" if missing == 1 else f"{missing} runs are missing"
    if at_once == 1:
        return f"{text}."
    return f"{text}; {at_once} at a time, with {threads} thread(s) each."


def file_result(source: pathlib.Path, target: pathlib.Path) -> None:
    """Copies a complete result into the folder that tables are made from.

    Args:
      source: The result in the run's folder.
      target: The path of the copy.

    Raises:
      UsageError: There is no result, or it is not complete or not whole.
    """
    result = read_json(source)
    if result is None or not result.get("complete"):
        raise UsageError(f"it ended without a complete {source}")
    require_result(source, result)
    target.parent.mkdir(parents=True, exist_ok=True)
    write_json(target, result)
