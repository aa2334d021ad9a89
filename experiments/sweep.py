"""Searches a method's settings on a task, by validation rows alone.

    python -m experiments.sweep --task=bibtex --method=lsgan --trials=20

What is searched stands in the task's `space`, in experiments/configs/; settings that
are given on the command line are fixed. The sweep's folder receives sweep.json and the
curves of every trial; the same command goes on with an interrupted sweep, and one with
more trials adds to it. The test rows are never looked at.
"""

import functools
import importlib.metadata
import pathlib
import sys
from typing import TYPE_CHECKING

from absl import app, flags, logging

from experiments.cli.startup import quiet_tensorflow

# With several processes, this one only starts them.
quiet_tensorflow(find_devices=False)

from experiments.cli import config_flags, data_flags  # noqa: E402
from experiments.cli.errors import one_sentence_errors  # noqa: E402
from experiments.jobs import ray_flags  # noqa: E402
from experiments.jobs.process import Job  # noqa: E402
from experiments.jobs.runner import run_jobs  # noqa: E402
from experiments.runs.environment import versions  # noqa: E402
from experiments.search.display import show_best, show_plan, show_trial  # noqa: E402
from experiments.search.plan import SAMPLERS, Plan  # noqa: E402
from experiments.search.record import sweep_content, trial_record  # noqa: E402
from experiments.search.trials import validation_value, without_test_rows  # noqa: E402
from experiments.summaries.result_file import read_json, write_json  # noqa: E402
from experiments.tasks import setting_flags  # noqa: E402
from experiments.tasks.recipes import RECIPES  # noqa: E402
from experiments.tasks.task import TASKS, get_task  # noqa: E402
from ldrsp_tf.errors import UsageError  # noqa: E402

if TYPE_CHECKING:
    from experiments.jobs.ray_cluster import RayCluster

FLAGS = flags.FLAGS
flags.DEFINE_enum("task", None, TASKS, "what is learned", required=True)
flags.DEFINE_enum("method", None, list(RECIPES), "how it is learned", required=True)
flags.DEFINE_integer("trials", 20, "trials of the whole sweep", 1)
flags.DEFINE_integer("seeds", 1, "runs of a trial; its value is their mean", 1)
flags.DEFINE_enum("sampler", "tpe", SAMPLERS, "what proposes settings")
flags.DEFINE_bool("pruning", True, "give trials up that fall behind the median")
flags.DEFINE_integer("jobs", 1, "trials at a time", 1)
flags.DEFINE_string(
    "output_dir", None, "the sweep's folder [sweeps/<task>/<method>[-<networks>]]"
)
flags.DEFINE_string("storage", None, "SQLite file [<output_dir>/trials.sqlite3]")
flags.adopt_module_key_flags(config_flags)
flags.adopt_module_key_flags(data_flags)
flags.adopt_module_key_flags(ray_flags)


def main(argv: list[str]) -> None:
    """Does the sweep that the flags describe."""
    logging.set_verbosity(logging.ERROR)
    if len(argv) > 1:
        raise app.UsageError(f"{argv[1]!r} is not a flag.")
    with one_sentence_errors(kept="the last finished trial"):
        plan = _plan()
        run_folder = plan.task.run_folder(plan.configs({})[0])
        folder = pathlib.Path(FLAGS.output_dir or "sweeps" / run_folder.parent)
        show_plan(plan, FLAGS.trials)
        cluster = ray_flags.ray_cluster(FLAGS.jobs)
        if cluster is None and FLAGS.jobs > 1:
            _share(folder)
        else:
            _search(plan, folder, cluster)
        show_best(plan, read_json(folder / "sweep.json"), folder)


def _plan() -> Plan:
    given = setting_flags.given_settings()
    seed = given.pop("seed", 0)
    return Plan(
        get_task(FLAGS.task),
        FLAGS.method,
        given,
        seed=seed,
        seeds=FLAGS.seeds,
        sampler=FLAGS.sampler,
        pruning=FLAGS.pruning,
    )


def _search(plan: Plan, folder: pathlib.Path, cluster: "RayCluster | None") -> None:
    try:
        from experiments.search.study import Search
    except ModuleNotFoundError as error:
        if error.name != "optuna":
            raise
        raise UsageError(
            "A sweep needs Optuna; install it by pip install -e '.[sweep]'."
        ) from error
    storage = pathlib.Path(FLAGS.storage or folder / "trials.sqlite3")
    search = Search(plan, folder, storage)
    config = plan.configs({})[0]
    data = without_test_rows(plan.task.load(config, FLAGS.data_dir, FLAGS.manual_dir))
    origin = {
        "versions": {**versions(), "optuna": importlib.metadata.version("optuna")},
        "data": data.checksums,
        "command": _command(plan),
    }

    def record(trial) -> None:
        records = [trial_record(trial) for trial in search.trials]
        content = sweep_content(plan, FLAGS.trials, records, origin)
        write_json(folder / "sweep.json", content)
        if trial is not None:
            at_once = 1 if cluster is None else FLAGS.jobs
            show_trial(records, trial.number, FLAGS.trials, at_once)

    run = functools.partial(search.run, FLAGS.trials, tell=record)
    if cluster is None:
        run(functools.partial(validation_value, plan, data))
    else:
        from experiments.search.ray_trials import search_on_ray

        with cluster:
            search_on_ray(cluster, plan, data, run)


def _share(folder: pathlib.Path) -> None:
    """Starts this command once for each process."""
    command = (sys.executable, "-m", "experiments.sweep", *sys.argv[1:], "--jobs=1")
    jobs = [
        Job(f"process {number}", command, folder / "processes" / str(number))
        for number in range(1, FLAGS.jobs + 1)
    ]
    print(f"The trials are shown in {folder / 'processes'}.", flush=True)
    failures = run_jobs(
        jobs,
        at_once=FLAGS.jobs,
        collect=lambda job: None,
        report=functools.partial(print, flush=True),
    )
    if failures:
        raise UsageError(
            f"{len(failures)} of {FLAGS.jobs} processes failed: {failures[0].reason}"
        )


def _command(plan: Plan) -> str:
    """What repeats the sweep, wherever the data lies."""
    sweep = {
        "task": plan.task.name,
        "method": plan.method,
        "trials": FLAGS.trials,
        "seed": plan.seed,
        "seeds": plan.seeds,
        "sampler": plan.sampler,
        "pruning": plan.pruning,
    }
    settings = config_flags.as_flags({**sweep, **plan.given})
    return f"python -m experiments.sweep {settings}"


if __name__ == "__main__":
    app.run(main)
