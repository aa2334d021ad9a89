"""The trainings of a run: one that choices are made in, one on all training rows."""

import pathlib
from collections.abc import Callable, Mapping
from typing import Any, Protocol

import tensorflow as tf

from experiments.building import build_refiner
from experiments.config import Config
from experiments.events import Events
from experiments.result_file import write_json
from experiments.tasks import Examples, Task
from ldrsp_tf.checkpoints import Checkpoints
from ldrsp_tf.crops import predictor_by
from ldrsp_tf.fitting import fit, go_back_to_best
from ldrsp_tf.history import History, Record
from ldrsp_tf.prediction import Predictor
from ldrsp_tf.replicas import scope
from ldrsp_tf.validation import Validation, validate
from ldrsp_tf.workers import told_by_chief


class Progress(Protocol):
    """What is told of a training, such as a `Display`."""

    def phase(self, name: str, epochs: int) -> None:
        """A phase of so many epochs begins."""

    def progress(self, record: Record) -> None:
        """An epoch is over."""


class Phases:
    """The trainings of a run and their files; a context manager.

    Args:
      task: What is learned.
      config: How.
      identity: What tells the run from others (`Task.identity`), for its folder.
      folder: The run's folder; a training that was interrupted there is taken up again.
      examples: What the networks are built for.
      progress: Is told what happens.
      strategy: What trains the networks; of several workers the chief decides.

    Attributes:
      refiner: In the state that the last phase left it in.
      history: The records of all epochs.
    """

    def __init__(
        self,
        task: Task,
        config: Config,
        identity: Mapping[str, Any],
        folder: pathlib.Path,
        examples: Examples,
        progress: Progress,
        strategy: tf.distribute.Strategy | None = None,
    ):
        self._task = task
        self._config = config
        self._folder = folder
        self._progress = progress
        self._strategy = strategy
        with scope(strategy):
            self.refiner = build_refiner(task, config, examples)
        # Only now: settings that were refused do not claim the folder.
        write_json(folder / "config.json", identity)
        self.history = History(folder / "metrics.jsonl")
        self.history.records = told_by_chief(strategy, lambda: self.history.records)
        self._events = Events(folder / "events")

    def __enter__(self) -> "Phases":
        return self

    def __exit__(self, *exception) -> None:
        self._events.close()

    def select(self, training: Examples, validation: Examples) -> Record:
        """Trains on a part of the rows; the record of the best validation.

        Leaves the refiner in that epoch's state. Where the test predicts by more crops,
        the choices are made anew with these.
        """
        refiner = self.refiner
        crops = self._task.family.crops(self._config, final=False)
        predictor = predictor_by(refiner.trainer, crops)
        checkpoints = self._fit(
            "selection",
            training,
            self._config.epochs,
            self._config.epochs,
            lambda: self._validate(predictor, validation),
        )
        best = go_back_to_best(checkpoints, self.history, "selection")
        if refiner.predictor is predictor:
            return best
        return {**best, "validation": self._validate(refiner.predictor, validation)}

    def _validate(self, predictor: Predictor, examples: Examples) -> Validation:
        refiner = self.refiner
        return told_by_chief(
            self._strategy,
            lambda: validate(refiner.trainer, predictor, refiner.grid, examples),
        )

    def retrain(
        self, training: Examples, all_training: Examples, chosen: Record
    ) -> None:
        """Trains from the same initial weights on all training rows.

        It makes as many updates as the chosen state had, in whole epochs: thresholds
        and steps suit a state that is as far trained as the one they were chosen for.
        """
        steps = [
            len(self.refiner.trainer.order(len(examples.x), epoch=0))
            for examples in (training, all_training)
        ]
        ratio = steps[0] / steps[1]
        self.refiner.trainer.reset()
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
        self._progress.phase(phase, epochs)
        trainer = self.refiner.trainer
        checkpoints = Checkpoints(trainer, self._folder / "checkpoints" / phase)
        fit(
            trainer,
            tf.constant(examples.x),
            tf.constant(examples.y),
            epochs=epochs,
            planned_epochs=planned_epochs,
            phase=phase,
            validate=validation,
            interval=self._config.validation_interval,
            patience=self._config.patience,
            checkpoints=checkpoints,
            history=self.history,
            report=self._report,
        )
        return checkpoints

    def _report(self, record: Record) -> None:
        self._events.write(record)
        self._progress.progress(record)
