"""One run: choose on validation, train anew on all training rows, test once."""

import pathlib
import statistics
from collections.abc import Callable
from typing import Any

import tensorflow as tf

from datasets.loading import load
from experiments.building import build_trainer
from experiments.config import Config
from experiments.display import Display
from experiments.environment import peak_memory_bytes, versions
from experiments.events import Events
from experiments.measuring import test, validate
from experiments.result_file import read_json, write_json
from experiments.splits import split_rows
from experiments.tasks import Examples, Task
from ldrsp_tf.checkpoints import Checkpoints
from ldrsp_tf.errors import TrainingError, UsageError
from ldrsp_tf.fitting import Validation, best_record, fit
from ldrsp_tf.history import History, Record
from ldrsp_tf.training import Trainer

Result = dict[str, Any]


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
    result = check_folder(folder, config)
    if result is not None:
        display.already_complete(folder)
        return result
    data = load(task.name, data_dir=data_dir, manual_dir=manual_dir)
    split = split_rows(task, config, data)
    further = task.further_metrics(data, data_dir, manual_dir)
    display.start(task, config, split.training, split.validation, split.test)
    display.notes(further.notes)
    trainer = build_trainer(task, config, split.training)
    # Only now: settings that were refused do not claim the folder.
    write_json(folder / "config.json", config.as_dict())
    history = History(folder / "metrics.jsonl")
    with Events(folder / "events") as events:
        phases = _Phases(task, trainer, config, folder, history, events, display)
        predictor = phases.predictor
        chosen = phases.select(split.training, split.validation)
        if config.retrain:
            phases.retrain(split.training, split.all_training, chosen)
    measured = test(trainer, predictor, chosen, split.test, further.measure)
    if config.retrain:
        retrained = history.phase("retraining")[-1]["epoch"]
        measured["selected"]["retraining_epochs"] = retrained
    trained = [record["seconds"] for record in history.records]
    result = {
        "task": config.task,
        "method": config.method,
        "seed": config.seed,
        "complete": True,
        **measured,
        "notes": list(further.notes),
        "seconds": {
            "prepare": data.prepare_seconds,
            "train": sum(trained),
            "epoch": statistics.median(trained),
            **measured["seconds"],
        },
        "peak_memory_bytes": peak_memory_bytes(),
        "config": config.as_dict(),
        "versions": {**versions(), **further.versions},
        "data": {**data.checksums, **further.checksums},
        "command": command,
    }
    write_json(folder / "result.json", result)
    return result


def check_folder(folder: pathlib.Path, config: Config) -> Result | None:
    """Checks that a run's folder holds the same run, or none yet.

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
        raise UsageError(
            f"The output folder {folder} cannot be written ({error.strerror}); choose "
            "another --output_dir."
        ) from error
    wanted = config.as_dict()
    differing = [
        f"{name} is {found.get(name)!r} there and {wanted.get(name)!r} here"
        for name in sorted(set(found or wanted) | set(wanted))
        if found is not None and found.get(name) != wanted.get(name)
    ]
    if differing:
        raise UsageError(
            f"{folder} holds a run with other settings ({'; '.join(differing)}); "
            "choose another --output_dir, or delete that folder."
        )
    return result


class _Phases:
    """The two trainings of a run, and what predicts with their outcome."""

    def __init__(
        self,
        task: Task,
        trainer: Trainer,
        config: Config,
        folder: pathlib.Path,
        history: History,
        events: Events,
        display: Display,
    ):
        self._task = task
        self._trainer = trainer
        self._config = config
        self._folder = folder
        self._history = history
        self._events = events
        self._display = display
        self.predictor = task.family.predictor(config, trainer, final=True)

    def select(self, training: Examples, validation: Examples) -> Record:
        """Trains on a part of the rows; the record of the best validation.

        Leaves the trainer in that epoch's state. Where the final predictor is another
        one, its choices are made anew with it.
        """
        predictor = self._task.family.predictor(
            self._config, self._trainer, final=False
        )
        checkpoints = self._fit(
            "selection",
            training,
            self._config.epochs,
            self._config.epochs,
            lambda: validate(self._trainer, predictor, self._config, validation),
        )
        best = best_record(self._history.phase("selection"))
        if best is None or checkpoints.restore_best() != best["epoch"]:
            raise TrainingError(
                f"The checkpoints and metrics.jsonl in {self._folder} do not belong "
                "together; delete that folder to train anew."
            )
        if self.predictor is predictor:
            return best
        measured = validate(self._trainer, self.predictor, self._config, validation)
        return {**best, "validation": measured}

    def retrain(
        self, training: Examples, all_training: Examples, chosen: Record
    ) -> None:
        """Trains from the same initial weights on all training rows.

        It makes as many updates as the chosen state had, in whole epochs: thresholds
        and steps suit a state that is as far trained as the one they were chosen for.
        """
        steps = [
            len(self._trainer.order(len(examples.x), epoch=0))
            for examples in (training, all_training)
        ]
        ratio = steps[0] / steps[1]
        self._trainer.reset()
        self._fit(
            "retraining",
            all_training,
            epochs=max(1, round(chosen["epoch"] * ratio)),
            planned_epochs=max(1, round(self._config.epochs * ratio)),
        )

    def _fit(
        self,
        phase: str,
        examples: Examples,
        epochs: int,
        planned_epochs: int,
        validation: Callable[[], Validation] | None = None,
    ) -> Checkpoints:
        self._display.phase(phase, epochs)
        checkpoints = Checkpoints(self._trainer, self._folder / "checkpoints" / phase)
        fit(
            self._trainer,
            tf.constant(examples.x),
            tf.constant(examples.y),
            epochs=epochs,
            planned_epochs=planned_epochs,
            phase=phase,
            validate=validation,
            interval=self._config.validation_interval,
            patience=self._config.patience,
            checkpoints=checkpoints,
            history=self._history,
            report=self._report,
        )
        return checkpoints

    def _report(self, record: Record) -> None:
        self._events.write(record)
        self._display.progress(record)
