"""Trains a method on a task, refines, and measures both.

    python -m experiments.run --task=bibtex --method=ldrsp

Without flags: LDRSP+ on synthetic shapes, which needs no download and two minutes. The
run's folder receives config.json, result.json, metrics.jsonl, TensorBoard events and
checkpoints; the same command goes on with an interrupted run.
"""

import pathlib

from absl import app, flags, logging

from experiments.cli.startup import quiet_tensorflow

quiet_tensorflow(find_devices=False)

import tensorflow as tf  # noqa: E402

from experiments.cli import config_flags, data_flags  # noqa: E402
from experiments.cli.errors import one_sentence_errors  # noqa: E402
from experiments.runs.context import DataDirs, RunContext  # noqa: E402
from experiments.runs.display import Display  # noqa: E402
from experiments.runs.pipeline import run  # noqa: E402
from experiments.runs.strategy import (  # noqa: E402
    DISTRIBUTIONS,
    lost_worker_errors,
    make_strategy,
    own_folder,
)
from experiments.summaries.result_table import result_table, selection_line  # noqa: E402
from experiments.tasks import setting_flags  # noqa: E402
from experiments.tasks.recipes import RECIPES  # noqa: E402
from experiments.tasks.task import TASKS, get_task  # noqa: E402
from ldrsp_tf.distribution.workers import is_chief  # noqa: E402

FLAGS = flags.FLAGS
flags.DEFINE_enum("task", "synthetic_shapes", TASKS, "what is learned")
flags.DEFINE_enum("method", "ldrsp_plus", list(RECIPES), "how it is learned")
flags.DEFINE_string(
    "output_dir",
    None,
    "the run's folder [runs/<task>/<method>[-<networks>]/seed<seed>]",
)
flags.DEFINE_bool(
    "deterministic",
    False,
    "use operations alone that repeat their figures bit for bit, on the same machine "
    "with the same number of threads",
)
flags.DEFINE_enum(
    "distribute",
    "none",
    DISTRIBUTIONS,
    "train on all devices of this machine (mirrored), or on several machines that the "
    "environment variable TF_CONFIG names (multi_worker); they share each batch",
)
flags.adopt_module_key_flags(config_flags)
flags.adopt_module_key_flags(data_flags)


def main(argv: list[str]) -> None:
    """Does the run that the flags describe."""
    logging.set_verbosity(logging.ERROR)
    if len(argv) > 1:
        raise app.UsageError(f"{argv[1]!r} is not a flag.")
    if FLAGS.deterministic:
        _repeat_bit_for_bit()
    with one_sentence_errors(kept="the last checkpoint"):
        strategy = make_strategy(FLAGS.distribute)
        with lost_worker_errors(strategy):
            _run(strategy)


def _repeat_bit_for_bit() -> None:
    tf.config.experimental.enable_op_determinism()
    # A sum of several gradients begins with one whose memory it may use. Which one it
    # is may depend on time in a graph that TensorFlow has rewritten: in the first
    # epochs of a process this changed the last digits of `wgan_gp`.
    tf.config.optimizer.set_experimental_options({"disable_meta_optimizer": True})
    if FLAGS.distribute == "none":
        # Workers wait for each other in threads.
        tf.config.threading.set_inter_op_parallelism_threads(1)


def _run(strategy: tf.distribute.Strategy | None) -> None:
    given = setting_flags.given_settings()
    task = get_task(FLAGS.task)
    config = task.configure(FLAGS.method, given)
    folder = pathlib.Path(FLAGS.output_dir or "runs" / task.run_folder(config))
    with own_folder(strategy, folder) as own:
        display = Display()
        context = RunContext(
            task,
            config,
            task.identity(config),
            own,
            display,
            DataDirs(FLAGS.data_dir, FLAGS.manual_dir),
            strategy,
        )
        command = _command(task.name, config.method, {"seed": config.seed, **given})
        result = run(context, display, command)
    if not is_chief(strategy):
        print("\nThe run is complete; the chief has its files.")
        return
    print(f"\n{selection_line(result)}\n")
    paper = task.paper.get(config.method, {})
    print(result_table(result, paper, task.paper_metric))
    for note in result.get("notes", ()):
        print(f"\n{note}")
    print(f"\nWritten to {folder}; the curves: tensorboard --logdir={folder}/events")
    if config.figures and "refined" in result["test"]:
        _draw(folder)


def _draw(folder: pathlib.Path) -> None:
    # Most runs draw nothing, and need not wait for matplotlib.
    from experiments.reports.refinement_figure import IMAGES_OF_EACH_KIND, draw_figures
    from experiments.runs.finished import load_run

    finished = load_run(folder)
    for path in draw_figures(
        finished, IMAGES_OF_EACH_KIND, FLAGS.data_dir, FLAGS.manual_dir
    ):
        print(f"Drawn: {path}")


def _command(task: str, method: str, given: dict) -> str:
    """What repeats the run, wherever the data lies."""
    settings = config_flags.as_flags(given)
    if FLAGS.deterministic:
        settings += " --deterministic"
    if FLAGS.distribute != "none":
        settings += f" --distribute={FLAGS.distribute}"
    return f"python -m experiments.run --task={task} --method={method} {settings}"


if __name__ == "__main__":
    app.run(main)
