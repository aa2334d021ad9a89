"""The trainings of a run: one that choices are made in, one on all training rows.

Each consists of stages where the settings say so: generators that are each blind to a
fold of the rows, others that have seen all, a discriminator that learns to answer, and
one that learns to judge.
"""

import pathlib
from collections.abc import Callable, Mapping
from typing import Any, Protocol

import numpy as np
import tensorflow as tf

from experiments.runs.builders import (
    build_members,
    build_refiner,
    build_refitted,
    cross_fit,
    folds_of,
    pretrainer,
)
from experiments.runs.tensorboard import Events
from experiments.summaries.result_file import write_json
from experiments.tasks.config import Config
from experiments.tasks.task import Examples, Task
from ldrsp_tf.distribution.replicas import scope
from ldrsp_tf.distribution.workers import broadcast_from_chief
from ldrsp_tf.evaluation.validation import Validation, validate
from ldrsp_tf.models.ensembles import CrossFitted
from ldrsp_tf.prediction.crops import predictor_by
from ldrsp_tf.prediction.predictor import Predictor
from ldrsp_tf.refiner.refiner import Refiner
from ldrsp_tf.training.checkpoints import Checkpoints
from ldrsp_tf.training.history import History, Record
from ldrsp_tf.training.loop import fit, restore_best
from ldrsp_tf.training.trainer import Trainer


class Progress(Protocol):
    """What is told of a training, such as a `Display`."""

    def phase(self, name: str, epochs: int) -> None:
        """A phase of so many epochs begins."""

    def progress(self, record: Record) -> None:
        """An epoch is over."""


class Stages:
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
        self._examples = examples
        self._config = config
        self._folder = folder
        self._progress = progress
        self._strategy = strategy
        self._own: Trainer | None = None
        with scope(strategy):
            # None of either in a run that is not cross-fitted.
            self._members = build_members(task, config, examples)
            self._refitted = build_refitted(task, config, examples)
            generator = None
            if config.folds:
                generator = cross_fit(self._members, self._refitted, examples)
            self.refiner = build_refiner(task, config, examples, generator)
            if config.pretraining_epochs:
                self._own = pretrainer(config, self.refiner, examples)
        # Only now: settings that were refused do not claim the folder.
        write_json(folder / "config.json", identity)
        self.history = History(folder / "metrics.jsonl")
        self.history.records = broadcast_from_chief(
            strategy, lambda: self.history.records
        )
        self._events = Events(folder / "events")

    def __enter__(self) -> "Stages":
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
        folds = self._first_stages("selection", training)
        checkpoints = self._fit(
            "selection",
            refiner.trainer,
            refiner.attach_folds(training, folds),
            self._config.epochs,
            validation=lambda: self._validate(predictor, validation),
        )
        best = restore_best(checkpoints, self.history, "selection")
        if refiner.predictor is predictor:
            return best
        return {**best, "validation": self._validate(refiner.predictor, validation)}

    def _validate(self, predictor: Predictor, examples: Examples) -> Validation:
        refiner = self.refiner
        return broadcast_from_chief(
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
        ratio = self.updates_ratio(training, all_training)
        self.refiner.trainer.reset()
        folds = self._first_stages("retraining", all_training, ratio)
        self._fit(
            "retraining",
            self.refiner.trainer,
            self.refiner.attach_folds(all_training, folds),
            epochs=max(1, round(chosen["epoch"] * ratio)),
            planned_epochs=max(1, round(self._config.epochs * ratio)),
        )

    def ensemble(self, examples: Examples, ratio: float) -> CrossFitted:
        """As many generators as a cross-fitted run has, each trained on all rows.

        Args:
          examples: To train on.
          ratio: Of their epochs to those of the settings.
        """
        with scope(self._strategy):
            members = build_members(self._task, self._config, self._examples)
        for index, member in enumerate(members):
            self._fit_member(f"ensemble/{index + 1}", member, examples, ratio)
        return cross_fit(members, [], examples)

    def updates_ratio(self, training: Examples, all_training: Examples) -> float:
        """Updates of an epoch of some rows, to those of an epoch of all rows."""
        order = self.refiner.trainer.order
        return len(order(len(training.x), 0)) / len(order(len(all_training.x), 0))

    def _first_stages(
        self, phase: str, examples: Examples, ratio: float = 1.0
    ) -> np.ndarray | None:
        """Trains the generators of a cross-fitted run, and pretrains D.

        Args:
          phase: What the stages belong to.
          examples: To train on.
          ratio: Of their epochs to those of the settings.

        Returns:
          The fold of each example; None where there is one generator.
        """
        folds = folds_of(self._config, examples)
        for index, member in enumerate(self._members):
            member.trainer.reset()
            seen = examples
            if self._config.blind:
                seen = examples.take(np.flatnonzero(folds != index))
            self._fit_member(f"{phase}/generator {index + 1}", member, seen, ratio)
        for index, member in enumerate(self._refitted):
            member.trainer.reset()
            self._fit_member(f"{phase}/refitted {index + 1}", member, examples, ratio)
        if self._own is not None:
            self._own.reset()
            self._fit(
                f"{phase}/answers",
                self._own,
                self.refiner.attach_folds(examples, folds),
                max(1, round(self._config.pretraining_epochs * ratio)),
            )
        return folds

    def _fit_member(
        self, phase: str, member: Refiner, examples: Examples, ratio: float
    ) -> None:
        epochs = max(1, round(self._config.first_epochs * ratio))
        self._fit(phase, member.trainer, examples, epochs)

    def _fit(
        self,
        phase: str,
        trainer: Trainer,
        examples: Examples,
        epochs: int,
        planned_epochs: int | None = None,
        validation: Callable[[], Validation] | None = None,
    ) -> Checkpoints:
        self._progress.phase(phase, epochs)
        checkpoints = Checkpoints(trainer, self._folder / "checkpoints" / phase)
        fit(
            trainer,
            tf.constant(examples.x),
            tf.constant(examples.y),
            epochs=epochs,
            planned_epochs=planned_epochs,
            phase=phase,
            validate=validation,
            validation_freq=self._config.validation_interval,
            patience=self._config.patience,
            checkpoints=checkpoints,
            history=self.history,
            on_epoch_end=self._report,
        )
        return checkpoints

    def _report(self, record: Record) -> None:
        self._events.write(record)
        self._progress.progress(record)
