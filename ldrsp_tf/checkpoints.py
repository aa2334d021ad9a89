"""Checkpoints: the latest state, to go on from, and the best one, to keep."""

import os
import pathlib
import re
import warnings

import tensorflow as tf

from ldrsp_tf.errors import TrainingError
from ldrsp_tf.training import Trainer
from ldrsp_tf.workers import follow_chief, is_chief, told_by_chief


class Checkpoints:
    """The states of one trainer in one folder.

    Each is the whole state: both networks, both optimisers and the random streams of
    their layers. What else is random is a function of seed and epoch. TensorFlow writes
    a checkpoint aside and renames it, so a killed process leaves the one before. Of
    several workers, the chief alone writes and reads, and the others get what it read.

    Args:
      trainer: A built trainer.
      folder: Where to keep them.
    """

    def __init__(self, trainer: Trainer, folder: str | os.PathLike):
        self._trainer = trainer
        self._folder = pathlib.Path(folder)
        self._epoch = tf.Variable(0, dtype=tf.int64)
        variables = [variable.value for variable in trainer.variables]
        self._state = tf.train.Checkpoint(epoch=self._epoch, variables=variables)
        self._latest = self._manager("latest", max_to_keep=2)
        self._best = self._manager("best", max_to_keep=1)

    def _manager(self, name: str, max_to_keep: int) -> tf.train.CheckpointManager:
        folder = self._folder / name
        try:
            manager = tf.train.CheckpointManager(
                self._state, str(folder), max_to_keep=max_to_keep
            )
            damaged = not manager.checkpoints and any(folder.glob("*.index"))
        except ValueError:
            damaged = True
        if damaged:
            raise TrainingError(
                f"The list of checkpoints in {folder} is damaged; delete "
                f"{self._folder} to train anew."
            )
        return manager

    def save(self, epoch: int) -> None:
        """Keeps the state after that many epochs as the latest one."""
        self._write(self._latest, epoch)

    def save_best(self, epoch: int) -> None:
        """Keeps the state after that many epochs as the best one."""
        self._write(self._best, epoch)

    def restore(self) -> int:
        """Goes back to the latest state; its number of epochs, 0 if there is none.

        Where that one is damaged, the one before is taken, with a warning.

        Raises:
          TrainingError: None can be read.
        """
        return self._restore(self._latest)

    def restore_best(self) -> int:
        """Goes back to the best state; its number of epochs, 0 if there is none.

        Raises:
          TrainingError: It cannot be read.
        """
        return self._restore(self._best)

    def _write(self, manager: tf.train.CheckpointManager, epoch: int) -> None:
        if not is_chief(self._trainer.strategy):
            return
        self._epoch.assign(epoch)
        try:
            manager.save(checkpoint_number=epoch)
        except (OSError, tf.errors.OpError) as error:
            raise TrainingError(
                f"The checkpoint of epoch {epoch} could not be written to "
                f"{manager.directory} (is the disk full?): the one before is kept, and "
                f"the same command goes on from it. {_first_line(error)}"
            ) from error

    def _restore(self, manager: tf.train.CheckpointManager) -> int:
        strategy = self._trainer.strategy
        epoch = told_by_chief(strategy, lambda: self._read(manager))
        if epoch:
            follow_chief(strategy, self._trainer.variables)
        return epoch

    def _read(self, manager: tf.train.CheckpointManager) -> int:
        for path in reversed(manager.checkpoints):
            try:
                self._state.restore(path).assert_consumed()
            except (AssertionError, IndexError, ValueError, tf.errors.OpError) as error:
                if path == manager.checkpoints[0]:
                    raise TrainingError(
                        f"The checkpoint {path} does not fit these networks or is "
                        f"damaged; delete {self._folder} to train anew. "
                        f"{_first_line(error)}"
                    ) from error
                warnings.warn(
                    f"The checkpoint {path} is damaged; going on from the one before.",
                    stacklevel=2,
                )
            else:
                return int(self._epoch.numpy())
        return 0


def _first_line(error: Exception) -> str:
    """The error's first line without TensorFlow's names of functions and operations."""
    line = str(getattr(error, "message", error)).strip().split("\n")[0]
    return re.sub(r"\{\{.*?\}\} ?| \[Op:\w+\]", "", line)
