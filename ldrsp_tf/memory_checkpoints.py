"""The states of a training that keeps no files."""

import contextlib
from collections.abc import Iterator

import numpy as np

from ldrsp_tf.training import Trainer

State = tuple[int, list[np.ndarray]]


class MemoryCheckpoints:
    """Takes the place of `Checkpoints`: the best state in memory, no state to resume.

    Args:
      trainer: A built trainer.
    """

    def __init__(self, trainer: Trainer):
        self._trainer = trainer
        self._best: State | None = None

    def save(self, epoch: int) -> None:
        """Nothing: a training in memory is not gone on with."""

    def save_best(self, epoch: int) -> None:
        """Keeps the state after that many epochs as the best one."""
        self._best = epoch, [variable.numpy() for variable in self._trainer.variables]

    def restore(self) -> int:
        """There is nothing to go on from."""
        return 0

    def restore_best(self) -> int:
        """Goes back to the best state; its number of epochs, 0 if there is none."""
        if self._best is None:
            return 0
        epoch, values = self._best
        for variable, value in zip(self._trainer.variables, values, strict=True):
            variable.assign(value)
        return epoch


@contextlib.contextmanager
def whole_or_not(trainer: Trainer) -> Iterator[None]:
    """Puts back what a training that fails has changed.

    The same call, made again, begins where the first one did.

    Args:
      trainer: A built trainer.
    """
    begin = MemoryCheckpoints(trainer)
    begin.save_best(0)
    try:
        yield
    except BaseException:
        begin.restore_best()
        raise
