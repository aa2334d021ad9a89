"""The stages of a run and their files: settings, records, curves and checkpoints."""

import abc
from collections.abc import Callable
from types import TracebackType
from typing import Any, Protocol, TypeVar

import numpy as np
import tensorflow as tf

from experiments.cli.interruption import signals_wait
from experiments.runs.context import RunContext
from experiments.runs.tensorboard import Events
from experiments.summaries.result_file import write_json
from experiments.tasks.config import Config
from experiments.tasks.splits import Split
from ldrsp_tf.data.examples import Examples
from ldrsp_tf.distribution.workers import broadcast_from_chief
from ldrsp_tf.evaluation.validation import Validation
from ldrsp_tf.training.checkpoints import Checkpoints, MemoryCheckpoints, StateKeeper
from ldrsp_tf.training.history import History, Record
from ldrsp_tf.training.loop import fit
from ldrsp_tf.training.trainable import Trainable

FurtherMeasure = Callable[[np.ndarray], dict[str, float]]

# The stage that a run chooses its epoch in; names of the stages before it are longer.
SELECTION = "selection"

# The last stage of a run that trains anew on all training rows.
RETRAINING = "retraining"

Self = TypeVar("Self", bound="StageFiles")


def last_stage(config: Config) -> str:
    """Returns the name of the last stage of a run, whose networks predict."""
    return RETRAINING if config.retrain else SELECTION


class RunControls(Protocol):
    """The controls of a run."""

    def train(self) -> None:
        """Trains on all training rows what the controls need."""

    def measure(self, further: FurtherMeasure) -> dict[str, Any]:
        """Returns the parts of the result that the test rows give.

        Args:
          further: A function from relaxed outputs of the test rows to metrics of the
            task's own.
        """


class StageFiles(abc.ABC):
    """The trainings of a run and their files; a context manager.

    Args:
      run: The run; a training that was interrupted in its folder is resumed. Its folder
        is claimed here: settings have to be refused before.

    Attributes:
      history: The records of all epochs.
    """

    def __init__(self, run: RunContext):
        self._run = run
        write_json(run.folder / "config.json", dict(run.identity))
        run.remember_paths()
        self.history = History(run.folder / "metrics.jsonl")
        self.history.records = broadcast_from_chief(
            run.strategy, lambda: self.history.records
        )
        self._events = Events(run.folder / "events")

    def __enter__(self: Self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._events.close()

    @abc.abstractmethod
    def select(self, training: Examples, validation: Examples) -> Record:
        """Trains on a part of the rows and restores the best validated epoch.

        Args:
          training: The rows to train on.
          validation: The rows to choose by.

        Returns:
          The record of the best epoch.
        """

    @abc.abstractmethod
    def retrain(
        self, training: Examples, all_training: Examples, chosen: Record
    ) -> None:
        """Trains anew on all training rows, as far as the chosen state was trained.

        Args:
          training: The rows of the selection.
          all_training: All training rows.
          chosen: The record of the chosen epoch.
        """

    @abc.abstractmethod
    def controls(self, split: Split) -> RunControls:
        """Returns the controls of the run, made in the chosen state.

        Args:
          split: The rows.
        """

    @abc.abstractmethod
    def evaluate_test(
        self, chosen: Record, examples: Examples, further: FurtherMeasure
    ) -> dict[str, Any]:
        """Evaluates the test rows, the only time that a run looks at them.

        Args:
          chosen: The record of the chosen epoch.
          examples: The test rows.
          further: A function from relaxed outputs of the test rows to metrics of the
            task's own.

        Returns:
          The parts test, validation, selected, score (with a discriminator) and seconds
          of a result.
        """

    def _fit(
        self,
        stage: str,
        trainer: Trainable,
        examples: Examples,
        epochs: int,
        planned_epochs: int | None = None,
        validation: Callable[[], Validation] | None = None,
        validation_freq: int | None = None,
        patience: int | None = None,
    ) -> StateKeeper:
        run = self._run
        run.progress.stage(stage, epochs)
        checkpoints: StateKeeper = MemoryCheckpoints(trainer)
        if run.is_resumable:
            checkpoints = Checkpoints(trainer, run.folder / "checkpoints" / stage)
        with signals_wait() as should_stop:
            fit(
                trainer,
                tf.constant(examples.x),
                tf.constant(examples.y),
                epochs=epochs,
                planned_epochs=planned_epochs,
                phase=stage,
                validate=validation,
                validation_freq=validation_freq or run.config.validation_interval,
                patience=patience or run.config.patience,
                checkpoints=checkpoints,
                history=self.history,
                on_epoch_end=self._note,
                should_stop=should_stop,
            )
        return checkpoints

    def _note(self, record: Record) -> None:
        self._events.write(record)
        self._run.progress.progress(record)
