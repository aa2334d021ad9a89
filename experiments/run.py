"""Trains a method on a task, refines its predictions, and evaluates both.

    python -m experiments.run --task=bibtex --method=ldrsp

Without flags: LDRSP+ on synthetic shapes, which needs no download and takes a minute or
two. The run's folder receives config.json, result.json, metrics.jsonl, TensorBoard
events and checkpoints; the same command resumes an interrupted run.
"""

import pathlib
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from experiments.cli.command import Command
from experiments.cli.data_flags import DATA_FLAGS
from experiments.cli.errors import one_sentence_errors
from experiments.cli.flag import PATH, Flag
from experiments.cli.setting_flags import as_flags
from experiments.cli.startup import make_deterministic, quiet_tensorflow
from experiments.tasks.command_line import (
    TaskCommandLine,
    parse_command_line,
    task_flags,
)
from experiments.tasks.config import Config
from ldrsp_tf.settings import Domain

if TYPE_CHECKING:
    import tensorflow as tf

_DISTRIBUTIONS = ("none", "mirrored", "multi_worker")

COMMAND = Command(
    __doc__,
    (
        *task_flags(required=False),
        *DATA_FLAGS,
        Flag(
            "deterministic",
            "use only operations that repeat their figures bit for bit, on the same "
            "machine with the same number of threads",
            "execution",
            Domain(bool),
            False,
        ),
        Flag(
            "distribute",
            "train on all devices of this machine (mirrored), or on the machines that "
            "the environment variable TF_CONFIG names (multi_worker); they share each "
            "batch",
            "execution",
            Domain(choices=_DISTRIBUTIONS),
            "none",
        ),
        Flag(
            "output_dir",
            "folder of the run",
            domain=PATH,
            note="runs/<task>/<method>[-<networks>]/seed<seed>",
        ),
    ),
)


def main(argv: Sequence[str] | None = None) -> None:
    """Does the run that the flags describe.

    Args:
      argv: The command line; the process's own by default.
    """
    line = parse_command_line(COMMAND, sys.argv if argv is None else argv)
    with one_sentence_errors(kept="the last checkpoint"):
        config = line.task.configure(line.method, line.given)
        # Only now, when nothing more can be refused at once: it takes seconds.
        quiet_tensorflow(find_devices=False)
        from experiments.runs.strategy import lost_worker_errors, make_strategy

        if line.flags.deterministic:
            make_deterministic(one_thread=line.flags.distribute == "none")
        strategy = make_strategy(line.flags.distribute)
        with lost_worker_errors(strategy):
            _run(line, config, strategy)


def _run(
    line: TaskCommandLine, config: Config, strategy: "tf.distribute.Strategy | None"
) -> None:
    from experiments.runs.context import DataDirs, RunContext
    from experiments.runs.display import Display
    from experiments.runs.pipeline import run
    from experiments.runs.strategy import own_folder
    from experiments.summaries.result_table import result_table, selection_line
    from ldrsp_tf.distribution.workers import is_chief

    task, flags = line.task, line.flags
    folder = pathlib.Path(flags.output_dir or "runs" / task.run_folder(config))
    with own_folder(strategy, folder) as own:
        display = Display()
        context = RunContext(
            task,
            config,
            task.identity(config),
            own,
            display,
            DataDirs(flags.data_dir, flags.manual_dir),
            strategy,
        )
        result = run(context, display, _command(line, config))
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
        _draw(folder, flags.data_dir, flags.manual_dir)
    elif line.given.get("figures"):
        print(
            f"\nNothing is drawn: --figures is of refinements, which "
            f"--method={config.method} does not make."
        )


def _draw(folder: pathlib.Path, data_dir: str | None, manual_dir: str | None) -> None:
    # Most runs draw nothing, and need not wait for matplotlib.
    from experiments.reports.refinement_figure import IMAGES_OF_EACH_KIND, draw_figures
    from experiments.runs.finished import load_run

    finished = load_run(folder)
    for path in draw_figures(finished, IMAGES_OF_EACH_KIND, data_dir, manual_dir):
        print(f"Drawn: {path}")


def _command(line: TaskCommandLine, config: Config) -> str:
    """Returns the command that repeats the run, wherever the data lies.

    The user's own files are named without their folders.
    """
    settings = as_flags({"seed": config.seed, **config.without_folders(line.given)})
    if line.flags.deterministic:
        settings += " --deterministic"
    if line.flags.distribute != "none":
        settings += f" --distribute={line.flags.distribute}"
    return (
        f"python -m experiments.run --task={config.task} --method={config.method} "
        f"{settings}"
    )


if __name__ == "__main__":
    main()
