"""One run: choose on validation, train anew on all training rows, test once."""

import pathlib
import statistics
from typing import Any

import tensorflow as tf

from experiments.runs.controls import Controls
from experiments.runs.display import Display
from experiments.runs.environment import peak_memory_bytes, versions
from experiments.runs.evaluation import evaluate_test
from experiments.runs.stages import Stages
from experiments.summaries.result_file import read_json, write_json
from experiments.tasks.config import Config
from experiments.tasks.splits import split_rows
from experiments.tasks.task import Task
from ldrsp_tf.data.examples import Examples
from ldrsp_tf.distribution.replicas import number_of_replicas
from ldrsp_tf.distribution.workers import broadcast_from_chief, is_chief
from ldrsp_tf.errors import UsageError
from ldrsp_tf.training.folder_lock import hold_folder, unwritable

Result = dict[str, Any]


_INSTEAD = "another --output_dir"  # Of a folder that cannot be had.


def run(
    task: Task,
    config: Config,
    folder: pathlib.Path,
    *,
    data_dir: str | None,
    manual_dir: str | None,
    command: str,
    display: Display,
    strategy: tf.distribute.Strategy | None = None,
) -> Result:
    """Does a run, or what is left of it, and writes its files.

    Args:
      task: What is learned.
      config: How.
      folder: The run's folder; a run that was interrupted there is taken up again.
      data_dir: Where prepared data lies.
      manual_dir: Where original files lie; None downloads them.
      command: What repeats the run, for the result.
      display: Where progress is shown.
      strategy: What trains the networks. Of several workers the chief alone has the
        run's folder; the others are given one that is empty.

    Returns:
      The content of `result.json`.

    Raises:
      UsageError: The folder holds a run with other settings, or another process works
        in it, or this worker's settings are not the chief's.
    """
    # Read once: the files may change while the run goes on with what it has.
    identity = task.identity(config)
    result = broadcast_from_chief(strategy, lambda: check_folder(folder, identity))
    differing = _differing(broadcast_from_chief(strategy, lambda: identity), identity)
    if differing:
        raise UsageError(f"The chief does another run than this worker ({differing}).")
    if result is not None:
        if is_chief(strategy):
            display.already_complete(folder)
        return result
    with hold_folder(folder, "run.lock", _INSTEAD):
        return _run(
            task,
            config,
            identity,
            folder,
            data_dir,
            manual_dir,
            command=command,
            display=display,
            strategy=strategy,
        )


def _run(
    task: Task,
    config: Config,
    identity: dict[str, Any],
    folder: pathlib.Path,
    data_dir: str | None,
    manual_dir: str | None,
    *,
    command: str,
    display: Display,
    strategy: tf.distribute.Strategy | None,
) -> Result:
    """The run, in a folder that is claimed for it."""
    data = task.load(config, data_dir, manual_dir)
    split = split_rows(task, config, data)
    further = task.further_metrics(data, data_dir, manual_dir)
    display.start(task, config, split.training, split.validation, split.test)
    display.notes(further.notes)
    with Stages(
        task, config, identity, folder, split.training, display, strategy
    ) as phases:
        chosen = phases.select(split.training, split.validation)
        controls = Controls(task, config, phases, split)
        if config.retrain:
            phases.retrain(split.training, split.all_training, chosen)
        controls.train()
    # Nobody ends before the chief has measured: that would look like a lost worker.
    measured = broadcast_from_chief(
        strategy,
        lambda: {
            **evaluate_test(phases.refiner, chosen, split.test, further.measure),
            **controls.measure(),
        },
    )
    history = phases.history
    if config.retrain:
        retrained = history.phase("retraining")[-1]["epoch"]
        measured["selected"]["retraining_epochs"] = retrained
    trained = [record["seconds"] for record in history.records]
    last = "retraining" if config.retrain else "selection"
    of_last = [record["seconds"] for record in history.phase(last)]
    result = {
        "task": config.task,
        "method": config.method,
        "seed": config.seed,
        "complete": True,
        **measured,
        "notes": list(further.notes),
        "batch_shapes": batch_shapes(config, split.training),
        "seconds": {
            "prepare": data.prepare_seconds,
            "train": sum(trained),
            "epoch": statistics.median(of_last),
            **measured["seconds"],
        },
        "peak_memory_bytes": peak_memory_bytes(),
        "replicas": number_of_replicas(strategy),
        "config": identity,
        "versions": {**versions(), **further.versions},
        "data": {**data.checksums, **further.checksums},
        "command": command,
    }
    write_json(folder / "result.json", result)
    return result


def batch_shapes(config: Config, training: Examples) -> dict[str, list[int]]:
    """Shapes of a training batch's inputs and outputs, which networks are built by."""
    rows = min(config.batch_size, len(training.x))
    return {name: [rows, *part.shape[1:]] for name, part in training._asdict().items()}


def check_folder(folder: pathlib.Path, wanted: dict[str, Any]) -> Result | None:
    """Checks that a run's folder holds the same run, or none yet.

    Args:
      folder: The run's.
      wanted: The run's `Task.identity`.

    Returns:
      The run's result, if it is complete.

    Raises:
      UsageError: It holds another run, or cannot be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        result = read_json(folder / "result.json")
        found = read_json(folder / "config.json") or (result or {}).get("config")
    except OSError as error:
        raise unwritable(folder, error, _INSTEAD) from error
    differing = "" if found is None else _differing(found, wanted)
    if differing:
        raise UsageError(
            f"{folder} holds a run with other settings ({differing}); "
            "choose another --output_dir, or delete that folder."
        )
    return result


def _differing(found: dict[str, Any], wanted: dict[str, Any]) -> str:
    """In which settings another run differs from ours; empty if it is the same."""
    return "; ".join(
        f"{name} is {found.get(name)!r} there and {wanted.get(name)!r} here"
        for name in sorted(set(found) | set(wanted))
        if found.get(name) != wanted.get(name)
    )
