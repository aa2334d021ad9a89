"""Searches a method's settings on a task, by validation rows alone.

    python -m experiments.sweep --task=bibtex --method=lsgan --trials=20

The task's `search_space`, in experiments/configs/, has the settings to search; those
that are given on the command line are fixed. The sweep's folder receives sweep.json and
the curves of every trial; the same command resumes an interrupted sweep, and one with
more trials adds to it. The test rows are never used.
"""

import functools
import importlib.metadata
import pathlib
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from experiments.cli.command import Command
from experiments.cli.data_flags import DATA_FLAGS
from experiments.cli.errors import one_sentence_errors
from experiments.cli.flag import PATH, Flag
from experiments.cli.setting_flags import as_flags
from experiments.cli.startup import quiet_tensorflow
from experiments.jobs.process import Job
from experiments.jobs.ray_flags import RAY_FLAG, ray_cluster
from experiments.jobs.runner import run_jobs
from experiments.search.display import show_best, show_plan, show_trial
from experiments.search.plan import SAMPLERS, Plan
from experiments.search.record import sweep_content, trial_record
from experiments.summaries.result_file import read_json, write_json
from experiments.tasks.command_line import (
    TaskCommandLine,
    parse_command_line,
    task_flags,
)
from ldrsp_tf.errors import UsageError
from ldrsp_tf.settings import Domain

if TYPE_CHECKING:
    from experiments.jobs.ray_cluster import RayCluster

COMMAND = Command(
    __doc__,
    (
        *task_flags(required=True),
        *DATA_FLAGS,
        Flag(
            "trials",
            "number of trials of the whole sweep",
            "search",
            Domain(int, low=1),
            20,
        ),
        Flag(
            "seeds",
            "number of runs of a trial, of consecutive seeds; the trial's value is "
            "their mean",
            "search",
            Domain(int, low=1),
            1,
        ),
        Flag(
            "sampler",
            "algorithm that proposes settings",
            "search",
            Domain(choices=SAMPLERS),
            "tpe",
        ),
        Flag(
            "pruning",
            "stop trials that fall behind the median",
            "search",
            Domain(bool),
            True,
        ),
        Flag("jobs", "number of trials at a time", "search", Domain(int, low=1), 1),
        RAY_FLAG,
        Flag(
            "output_dir",
            "folder of the sweep",
            domain=PATH,
            note="sweeps/<task>/<method>[-<networks>]",
        ),
        Flag(
            "storage",
            "SQLite file in which trials are kept",
            domain=PATH,
            note="<output_dir>/trials.sqlite3",
        ),
    ),
)


def main(argv: Sequence[str] | None = None) -> None:
    """Does the sweep that the flags describe.

    Args:
      argv: The command line; the process's own by default.
    """
    argv = sys.argv if argv is None else argv
    line = parse_command_line(COMMAND, argv)
    flags = line.flags
    with one_sentence_errors(kept="the last finished trial"):
        plan = _plan(line)
        run_folder = plan.task.run_folder(plan.configs({})[0])
        folder = pathlib.Path(flags.output_dir or "sweeps" / run_folder.parent)
        show_plan(plan, flags.trials)
        cluster = ray_cluster(flags.ray_address, flags.jobs)
        if cluster is None and flags.jobs > 1:
            _share(folder, flags.jobs, argv)
        else:
            _search(plan, folder, cluster, flags)
        show_best(plan, read_json(folder / "sweep.json"), folder)


def _plan(line: TaskCommandLine) -> Plan:
    given = dict(line.given)
    seed = given.pop("seed", 0)
    return Plan(
        line.task,
        line.flags.method,
        given,
        seed=seed,
        seeds=line.flags.seeds,
        sampler=line.flags.sampler,
        pruning=line.flags.pruning,
    )


def _search(
    plan: Plan, folder: pathlib.Path, cluster: "RayCluster | None", flags: Any
) -> None:
    # Only in the process that trains, and when its flags are known to be right.
    quiet_tensorflow(find_devices=False)
    from experiments.runs.environment import versions
    from experiments.search.trials import validation_value, without_test_rows

    try:
        from experiments.search.study import Search
    except ModuleNotFoundError as error:
        if error.name != "optuna":
            raise
        raise UsageError(
            "A sweep needs Optuna; install it by pip install -e '.[sweep]'."
        ) from error
    storage = pathlib.Path(flags.storage or folder / "trials.sqlite3")
    search = Search(plan, folder, storage)
    config = plan.configs({})[0]
    data = without_test_rows(plan.task.load(config, flags.data_dir, flags.manual_dir))
    origin = {
        "versions": {**versions(), "optuna": importlib.metadata.version("optuna")},
        "data": data.checksums,
        "command": _command(plan, flags.trials),
    }

    def record(trial: Any) -> None:
        records = [trial_record(trial) for trial in search.trials]
        content = sweep_content(plan, flags.trials, records, origin)
        write_json(folder / "sweep.json", content)
        if trial is not None:
            at_once = 1 if cluster is None else flags.jobs
            show_trial(records, trial.number, flags.trials, at_once)

    run = functools.partial(search.run, flags.trials, tell=record)
    if cluster is None:
        run(functools.partial(validation_value, plan, data))
    else:
        from experiments.search.ray_trials import search_on_ray

        with cluster:
            search_on_ray(cluster, plan, data, run)


def _share(folder: pathlib.Path, processes: int, argv: Sequence[str]) -> None:
    """Starts this command once for each process."""
    command = (sys.executable, "-m", "experiments.sweep", *argv[1:], "--jobs=1")
    jobs = [
        Job(f"process {number}", command, folder / "processes" / str(number))
        for number in range(1, processes + 1)
    ]
    print(f"The trials are shown in {folder / 'processes'}.", flush=True)
    failures = run_jobs(
        jobs,
        at_once=processes,
        collect=lambda job: None,
        report=functools.partial(print, flush=True),
    )
    if failures:
        raise UsageError(
            f"{len(failures)} of {processes} processes failed: {failures[0].reason}"
        )


def _command(plan: Plan, trials: int) -> str:
    """Returns the command that repeats the sweep, wherever the data lies."""
    sweep = {
        "task": plan.task.name,
        "method": plan.method,
        "trials": trials,
        "seed": plan.seed,
        "seeds": plan.seeds,
        "sampler": plan.sampler,
        "pruning": plan.pruning,
    }
    settings = as_flags({**sweep, **plan.given})
    return f"python -m experiments.sweep {settings}"


if __name__ == "__main__":
    main()
