"""One run: choose on validation, train anew on all training rows, test once."""

import dataclasses
import pathlib
import statistics
import time
from typing import Any, NamedTuple

import numpy as np
import tensorflow as tf

from datasets.loading import LoadedData, load
from experiments.building import build_trainer
from experiments.config import Config
from experiments.display import Display
from experiments.environment import peak_memory_bytes, versions
from experiments.events import Events
from experiments.result_file import read_json, write_json
from experiments.tasks import Examples, Task
from ldrsp_tf.checkpoints import Checkpoints
from ldrsp_tf.diagnostics import score_report
from ldrsp_tf.errors import UsageError
from ldrsp_tf.fitting import Validation, best_record, fit
from ldrsp_tf.history import History, Record
from ldrsp_tf.prediction import Prediction, Refinement, predict
from ldrsp_tf.selection import select_refinement
from ldrsp_tf.training import Trainer

Result = dict[str, Any]


class Split(NamedTuple):
    """The rows of a run."""

    training: Examples
    validation: Examples
    all_training: Examples
    test: Examples


def run(
    task: Task,
    config: Config,
    folder: pathlib.Path,
    *,
    data_dir: str | None,
    manual_dir: str | None,
    command: str,
    display: Display,
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

    Returns:
      The content of `result.json`.

    Raises:
      UsageError: The folder holds a run with other settings.
    """
    _claim(folder, config)
    result = read_json(folder / "result.json")
    if result is not None:
        display.already_complete(folder)
        return result
    data = load(task.name, data_dir=data_dir, manual_dir=manual_dir)
    split = split_rows(task, config, data)
    display.start(task, config, split.training, split.validation, split.test)
    history = History(folder / "metrics.jsonl")
    with Events(folder / "events") as events:

        def report(record: Record) -> None:
            events.write(record)
            display.progress(record)

        trainer = build_trainer(task, config, split.training)
        chosen = _select(trainer, config, split, folder, history, report, display)
        if config.retrain:
            _retrain(
                trainer,
                config,
                split,
                folder,
                history,
                chosen["epoch"],
                report,
                display,
            )
    result = {
        "task": config.task,
        "method": config.method,
        "seed": config.seed,
        "complete": True,
        **_test(trainer, chosen["validation"], split.test, chosen["epoch"]),
        "config": config.as_dict(),
        "versions": versions(),
        "data": data.checksums,
        "command": command,
    }
    trained = [record["seconds"] for record in history.records]
    result["seconds"] |= {
        "prepare": data.prepare_seconds,
        "train": sum(trained),
        "epoch": statistics.median(trained),
    }
    result["peak_memory_bytes"] = peak_memory_bytes()
    write_json(folder / "result.json", result)
    return result


def split_rows(task: Task, config: Config, data: LoadedData) -> Split:
    """Holds validation rows out of the training rows, by the run's seed.

    Raises:
      UsageError: No row would be left to train or to validate on.
    """
    everything = task.family.examples(data.splits["train"])
    rows = len(everything.x)
    held_out = round(rows * config.validation_fraction)
    if not 0 < held_out < rows:
        raise UsageError(
            f"--validation_fraction={config.validation_fraction} leaves {held_out} "
            f"validation rows of {rows}: choices need some, and so does training."
        )
    shuffled = np.random.default_rng((config.seed, 1)).permutation(rows)
    return Split(
        training=everything.take(np.sort(shuffled[held_out:])),
        validation=everything.take(np.sort(shuffled[:held_out])),
        all_training=everything,
        test=task.family.examples(data.splits["test"]),
    )


def _claim(folder: pathlib.Path, config: Config) -> None:
    """Creates the folder, or checks that it holds the same run."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        found = read_json(folder / "config.json")
        if found is None:
            write_json(folder / "config.json", config.as_dict())
            return
    except OSError as error:
        raise UsageError(
            f"The output folder {folder} cannot be written ({error.strerror}); choose "
            "another --output_dir."
        ) from error
    wanted = config.as_dict()
    differing = [
        f"{name} is {found.get(name)!r} there and {wanted.get(name)!r} here"
        for name in sorted(set(found) | set(wanted))
        if found.get(name) != wanted.get(name)
    ]
    if differing:
        raise UsageError(
            f"{folder} holds a run with other settings ({'; '.join(differing)}); "
            "choose another --output_dir, or delete that folder."
        )


def _select(
    trainer: Trainer,
    config: Config,
    split: Split,
    folder: pathlib.Path,
    history: History,
    report,
    display: Display,
) -> Record:
    """Trains on a part of the rows; the record of the best validation."""
    display.phase("selection", config.epochs)
    x_validation = tf.constant(split.validation.x)
    checkpoints = Checkpoints(trainer, folder / "checkpoints" / "selection")
    fit(
        trainer,
        tf.constant(split.training.x),
        tf.constant(split.training.y),
        epochs=config.epochs,
        phase="selection",
        validate=lambda: validate(trainer, config, x_validation, split.validation.y),
        interval=config.validation_interval,
        patience=config.patience,
        checkpoints=checkpoints,
        history=history,
        report=report,
    )
    if not config.retrain:
        checkpoints.restore_best()
    return best_record(history.phase("selection"))


def _retrain(
    trainer: Trainer,
    config: Config,
    split: Split,
    folder: pathlib.Path,
    history: History,
    epochs: int,
    report,
    display: Display,
) -> None:
    """Trains from the same initial weights on all training rows."""
    display.phase("retraining", epochs)
    trainer.reset()
    fit(
        trainer,
        tf.constant(split.all_training.x),
        tf.constant(split.all_training.y),
        epochs=epochs,
        phase="retraining",
        interval=config.validation_interval,
        checkpoints=Checkpoints(trainer, folder / "checkpoints" / "final"),
        history=history,
        report=report,
    )


def validate(
    trainer: Trainer, config: Config, x: tf.Tensor, y_true: np.ndarray
) -> Validation:
    """Measures the trainer's present state with the best refinement for it.

    Returns:
      metric: The space's criterion of the refined output (of G's, without D).
      refinement, calibration: The choices made here.
      measured: Every metric, by row (generator, refined).
      score: D's mean score of the refined outputs and their mean oracle value.
    """
    refinement = None
    if trainer.discriminator is not None:
        selected = select_refinement(
            trainer,
            x,
            y_true,
            step_sizes=config.candidate_step_sizes(),
            steps=config.candidate_steps(),
            normalized=config.normalized_gradient,
        )
        refinement = selected.refinement
    prediction = predict(trainer, x, refinement)
    calibration = {
        row: trainer.space.calibrate(y, y_true) for row, y in _rows(prediction).items()
    }
    measured = _measure(trainer, prediction, y_true, calibration)
    validation = {
        "metric": trainer.space.criterion(
            measured.get("refined") or measured["generator"]
        ),
        "refinement": refinement and dataclasses.asdict(refinement),
        "calibration": calibration,
        "measured": measured,
    }
    if refinement is not None:
        validation["score"] = score_report(trainer, x, y_true, prediction)
    return validation


def _test(trainer: Trainer, chosen: Validation, test: Examples, epochs: int) -> Result:
    """The one look at the test rows, with the choices made on validation."""
    begin = time.perf_counter()
    x = tf.constant(test.x)
    refinement = chosen["refinement"] and Refinement(**chosen["refinement"])
    prediction = predict(trainer, x, refinement)
    selected = {"epochs": epochs, "calibration": chosen["calibration"]}
    result = {
        "test": _measure(trainer, prediction, test.y, chosen["calibration"]),
        "validation": chosen["measured"],
        "selected": selected,
    }
    if refinement is not None:
        selected["refinement_steps"] = refinement.steps
        selected["step_size"] = refinement.step_size
        result["score"] = score_report(trainer, x, test.y, prediction)
    result["seconds"] = {"evaluate": time.perf_counter() - begin}
    return result


def _measure(
    trainer: Trainer, prediction: Prediction, y_true: np.ndarray, calibration: dict
) -> dict[str, dict[str, float]]:
    return {
        row: trainer.space.measure(
            y, y_true, calibration[row], probabilities=row == "generator"
        )
        for row, y in _rows(prediction).items()
    }


def _rows(prediction: Prediction) -> dict[str, np.ndarray]:
    """The two rows of a table, or the one of a method without refinement."""
    rows = {"generator": prediction.generated, "refined": prediction.refined}
    return {row: y for row, y in rows.items() if y is not None}
