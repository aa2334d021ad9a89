"""Searches the settings of methods on a task, by validation rows alone.

    python -m experiments.sweep --task=bibtex --method=lsgan
    python -m experiments.sweep --task=bibtex --method=all --jobs=2

The ranges are in experiments/tasks/search_spaces.py; settings given on the command line
are fixed. A range at whose edge the best trial lies
is widened and searched again. The sweep's folder receives sweep.json and the curves of
every trial; the same command resumes an interrupted sweep, and one with more trials
adds to it. The test rows are never used.
"""

import contextlib
import functools
import pathlib
import sys
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from experiments.cli.command import Command
from experiments.cli.data_flags import DATA_FLAGS
from experiments.cli.errors import one_sentence_errors
from experiments.cli.flag import PATH, Flag
from experiments.cli.startup import quiet_tensorflow
from experiments.jobs.process import Job
from experiments.jobs.ray_flags import RAY_FLAG, ray_cluster
from experiments.jobs.runner import run_jobs
from experiments.search.display import show_best, show_plan
from experiments.search.plan import SAMPLERS, Plan, Sweep
from experiments.search.record import write_record
from experiments.search.widening import Budget
from experiments.summaries.result_file import read_json
from experiments.tasks.command_line import (
    ALL_METHODS,
    TaskCommandLine,
    parse_command_line,
    task_flags,
)
from experiments.tasks.ignored_settings import ignored_setting
from experiments.tasks.recipes import get_recipe
from ldrsp_tf.errors import UsageError
from ldrsp_tf.settings import Domain

if TYPE_CHECKING:
    from experiments.jobs.ray_cluster import RayCluster

_SEARCH_FLAGS = (
    Flag(
        "trials",
        "number of trials of the whole sweep, before a range is widened",
        "search",
        Domain(int, low=1),
        16,
    ),
    Flag(
        "widenings",
        "number of times that ranges at whose edge the best trial lies are widened; "
        "half as many trials follow each time",
        "search",
        Domain(int, low=0),
        2,
    ),
    Flag(
        "seeds",
        "number of runs of a trial, of consecutive seeds; the trial's value is their "
        "mean",
        "search",
        Domain(int, low=1),
        note="2 for tags, 1 for masks",
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
        "stop trials that fall behind the median; small learning rates and strong "
        "dropout do at first",
        "search",
        Domain(bool),
        False,
    ),
    Flag(
        "held_rate",
        "let no learning rate fall in a trial, so that one of fewer epochs stands for "
        "a longer run",
        "search",
        Domain(bool),
        False,
    ),
    Flag("jobs", "number of trials at a time", "search", Domain(int, low=1), 1),
)

COMMAND = Command(
    __doc__,
    (
        *task_flags(required=True, several=True),
        *DATA_FLAGS,
        *_SEARCH_FLAGS,
        RAY_FLAG,
        Flag(
            "output_dir",
            "folder of the sweep; of several methods, the folder that theirs are in",
            domain=PATH,
            note="sweeps/<task>/<method>[-<networks>]",
        ),
        Flag(
            "storage",
            "SQLite file in which the trials of one method are kept",
            domain=PATH,
            note="<output_dir>/trials.sqlite3",
        ),
        Flag(
            "record",
            "folder of records that are kept with the code, such as results/sweeps, to "
            "which finished sweeps are added",
            domain=PATH,
        ),
    ),
)


def main(argv: Sequence[str] | None = None) -> None:
    """Does the sweeps that the flags describe.

    Args:
      argv: The command line; the process's own by default.
    """
    argv = sys.argv if argv is None else argv
    line = parse_command_line(COMMAND, argv)
    flags = line.flags
    with one_sentence_errors(kept="the last finished trial"):
        sweeps = plan_sweeps(line)
        budget = Budget(flags.trials, flags.widenings)
        for sweep in sweeps:
            show_plan(sweep.plan, budget)
        cluster = ray_cluster(flags.ray_address, flags.jobs)
        if cluster is None and flags.jobs > 1:
            _share(_common_folder(sweeps), flags.jobs, argv)
            refused = {}
        else:
            refused = _search(sweeps, budget, cluster, flags)
        _end(sweeps, refused, flags.record)


def plan_sweeps(line: TaskCommandLine) -> list[Sweep]:
    """Returns the plan of each method, with the places that the flags name."""
    flags = line.flags
    if flags.held_rate and line.given.get("cosine_decay"):
        raise UsageError(
            "--held_rate lets no learning rate fall, and --cosine_decay lets all; give "
            "one of them."
        )
    methods = _methods(line)
    if len(methods) > 1 and flags.storage:
        raise UsageError(
            "--storage is the file of one method's trials; leave it out, and each of "
            f"the {len(methods)} methods has its own."
        )
    sweeps = []
    for method in methods:
        plan = _plan(line, method)
        folder = "sweeps" / plan.folder
        if flags.output_dir:
            folder = pathlib.Path(flags.output_dir)
            if len(methods) > 1:
                folder /= plan.folder.name
        storage = pathlib.Path(flags.storage or folder / "trials.sqlite3")
        sweeps.append(Sweep(plan, folder, storage))
    return sweeps


def _methods(line: TaskCommandLine) -> list[str]:
    """Returns the named methods, each once, in the order that they are named in."""
    methods: list[str] = []
    for name in line.flags.method:
        methods += _all_methods(line) if name == ALL_METHODS else [name]
    return list(dict.fromkeys(methods))


def _all_methods(line: TaskCommandLine) -> list[str]:
    """Returns the methods of a single stage that are of the classes and flags."""
    task = line.task
    classes = getattr(task.configure("baseline", line.given), "classes", None)
    fitting = [
        method
        for method in task.search_space
        if get_recipe(method).is_of_classes(classes)
        and not ignored_setting(
            task.config.from_flat({**task.settings_of(method), **line.given})
        )
    ]
    # A trial of a cross-fitted method is a training of every generator.
    return [method for method in fitting if not task.configure(method, {}).folds]


def _plan(line: TaskCommandLine, method: str) -> Plan:
    given = dict(line.given)
    seed = given.pop("seed", 0)
    return Plan(
        line.task,
        method,
        given,
        seed=seed,
        seeds=line.flags.seeds or line.task.config.SEARCH_SEEDS,
        sampler=line.flags.sampler,
        pruning=line.flags.pruning,
        held_rate=line.flags.held_rate,
    )


def _common_folder(sweeps: Sequence[Sweep]) -> pathlib.Path:
    first = sweeps[0].folder
    return first if len(sweeps) == 1 else first.parent


def _search(
    sweeps: Sequence[Sweep],
    budget: Budget,
    cluster: "RayCluster | None",
    flags: Any,
) -> dict[str, str]:
    """Does the sweeps, and returns a sentence for each method that was refused."""
    # Only in the process that trains, and when its flags are known to be right.
    quiet_tensorflow(find_devices=False)
    try:
        from experiments.search.execution import do_sweeps
    except ModuleNotFoundError as error:
        if error.name != "optuna":
            raise
        raise UsageError(
            "A sweep needs Optuna; install it by pip install -e '.[sweep]'."
        ) from error
    first = sweeps[0].plan
    # The data of a task is the same for every method.
    data = first.task.load(first.own_config, flags.data_dir, flags.manual_dir)
    with cluster or contextlib.nullcontext():
        return do_sweeps(sweeps, budget, data, cluster)


def _share(folder: pathlib.Path, processes: int, argv: Sequence[str]) -> None:
    """Starts this command once for each process, which shares every method's trials."""
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


def _end(
    sweeps: Sequence[Sweep], refused: Mapping[str, str], records: str | None
) -> None:
    """Shows the best setting of each method, and keeps finished sweeps as records.

    Args:
      sweeps: All sweeps.
      refused: A sentence for each method that was refused.
      records: The folder of records, if there is one.

    Raises:
      UsageError: A method was refused, or no trial of it has come to its end.
    """
    failures = list(refused.values())
    for plan, folder, _ in sweeps:
        if plan.method in refused:
            continue
        content = read_json(folder / "sweep.json")
        try:
            show_best(plan, content, folder)
        except UsageError as error:
            failures.append(str(error))
            continue
        # Another process may still be at its last trial; it keeps the record then.
        if records and content and content["complete"]:
            path = write_record(pathlib.Path(records), plan.folder.name, content)
            print(f"Kept as {path}")
    if failures:
        raise UsageError(" ".join(failures))


if __name__ == "__main__":
    main()
