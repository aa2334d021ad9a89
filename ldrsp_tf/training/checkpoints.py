"""Checkpoints: the latest state, to resume from, and the best one, to keep."""

import contextlib
import os
import pathlib
import re
import warnings
from collections.abc import Callable, Iterator, Sequence
from typing import Protocol

import tensorflow as tf

from ldrsp_tf.distribution.workers import (
    broadcast_from_chief,
    is_chief,
    sync_from_chief,
)
from ldrsp_tf.errors import DivergenceError, TrainingError, first_line
from ldrsp_tf.training.files import (
    aside_of,
    delete,
    delete_left_aside,
    readable_path,
    replace,
    sync,
)
from ldrsp_tf.training.history import Record, to_lines, whole_records
from ldrsp_tf.training.kept_values import KeptValues
from ldrsp_tf.training.trainable import Trainable

_KEPT = {"latest": 2, "best": 2}
_ASIDE = "new"
_RECORDS = ".records"

# The errors of TensorFlow at a checkpoint that is damaged or of other networks.
_UNREADABLE = (AssertionError, IndexError, ValueError, tf.errors.OpError)


class StateKeeper(Protocol):
    """The latest and the best state of a training, kept in files or in memory."""

    def save(self, epoch: int, records: Sequence[Record] = ()) -> None:
        """Keeps the state after that many epochs, and their records, as the latest."""

    def save_best(self, epoch: int, records: Sequence[Record] = ()) -> None:
        """Keeps the state after that many epochs, and their records, as the best."""

    def restore(self, otherwise: int = 0) -> int:
        """Restores the latest state, or that epoch's if no latest one can be read.

        Returns its number of epochs; 0 without one.
        """

    def restore_best(self, if_readable: bool = False) -> int:
        """Restores the best state; returns its number of epochs, 0 without one."""

    def restore_until(self, epoch: int) -> int:
        """Restores the last state of at most so many epochs, best states included.

        Returns its number of epochs; 0 without one, and then nothing is restored.
        """

    def records(self, epoch: int) -> list[Record]:
        """Returns the records that are kept with the state of an epoch, if any are."""


class Checkpoints:
    """The states of one trainer in one folder.

    Each is the whole state: both networks, both optimizers and the random streams of
    their layers. All other draws are functions of seed and epoch. A checkpoint is
    written aside, synced and renamed, its index last: without an index it does not
    count, so a process that is killed while it writes leaves the one before. TensorFlow
    verifies checksums when it reads. Of several workers, the chief alone writes and
    reads, and sends the state to the others.

    Args:
      trainer: A built trainer.
      folder: The folder of the checkpoints.
    """

    def __init__(self, trainer: Trainable, folder: str | os.PathLike[str]):
        self._trainer = trainer
        self._folder = pathlib.Path(folder)
        self._epoch = tf.Variable(0, dtype=tf.int64)
        variables = [variable.value for variable in trainer.variables]
        self._state = tf.train.Checkpoint(epoch=self._epoch, variables=variables)
        # TensorFlow makes its counter at the first use; `restore` looks for it.
        self._state.save_counter.assign(0)

    @property
    def any_is_kept(self) -> bool:
        """Whether the folder has a checkpoint, the latest or the best."""
        return any(_has_index(_files(self._folder / name)) for name in _KEPT)

    def save(self, epoch: int, records: Sequence[Record] = ()) -> None:
        """Keeps the state after that many epochs, and their records, as the latest."""
        self._write("latest", epoch, records)

    def save_best(self, epoch: int, records: Sequence[Record] = ()) -> None:
        """Keeps the state after that many epochs, and their records, as the best."""
        self._write("best", epoch, records)

    def restore(self, otherwise: int = 0) -> int:
        """Restores the latest state; returns its number of epochs, 0 without one.

        If it is damaged, the one before is taken, with a warning.

        Args:
          otherwise: The epoch of the best state, to take if none can be read; 0 for
            none.

        Raises:
          TrainingError: None can be read.
        """

        def read() -> int:
            try:
                return self._read("latest")
            except TrainingError:
                if not otherwise:
                    raise
                return self._read_until(otherwise)

        return self._restored(read)

    def restore_best(self, if_readable: bool = False) -> int:
        """Restores the best state; returns its number of epochs, 0 without one.

        Args:
          if_readable: Whether one that cannot be read counts as none.

        Raises:
          TrainingError: It cannot be read.
        """

        def read() -> int:
            try:
                return self._read("best")
            except TrainingError:
                if not if_readable:
                    raise
                return 0

        return self._restored(read)

    def restore_until(self, epoch: int) -> int:
        """Restores the last state of at most so many epochs, best states included.

        Returns its number of epochs; 0 without one, and then nothing is restored.
        """
        return self._restored(lambda: self._read_until(epoch))

    def records(self, epoch: int) -> list[Record]:
        """Returns the records that are kept with the state of an epoch, if any are."""
        return broadcast_from_chief(
            self._trainer.strategy, lambda: self._read_records(epoch)
        )

    def _write(self, name: str, epoch: int, records: Sequence[Record]) -> None:
        if not is_chief(self._trainer.strategy):
            return
        folder = self._folder / name
        self._epoch.assign(epoch)
        try:
            folder.mkdir(parents=True, exist_ok=True)
            aside = aside_of(folder / _ASIDE)
            aside.mkdir()
            self._state.write(str(aside / "new"))
            if records:
                (aside / f"new{_RECORDS}").write_text(to_lines(records))
            # The index is the last.
            files = sorted(aside.glob("new.*"), key=_is_index)
            for path in files:
                sync(path)
            for path in files:
                replace(path, folder / f"ckpt-{epoch}{path.suffix}")
            delete(aside)
            _remove_others(folder, epoch, _KEPT[name])
        except (OSError, tf.errors.OpError) as error:
            kept = (
                "the one before is kept, and the same command goes on from it"
                if self.any_is_kept
                else "there is none before it, and the same command begins anew"
            )
            raise TrainingError(
                f"The checkpoint of epoch {epoch} could not be written to "
                f"{folder} (is the disk full?): {kept}. {first_line(error)}"
            ) from error

    def _restored(self, read: Callable[[], int]) -> int:
        """Reads a state on the chief, and sends it to the other workers."""
        strategy = self._trainer.strategy
        epoch = broadcast_from_chief(strategy, read)
        if epoch:
            sync_from_chief(strategy, self._trainer.variables)
        return epoch

    def _read(self, name: str) -> int:
        delete_left_aside(self._folder / name / _ASIDE)
        paths = _files(self._folder / name)
        damaged = None
        for epoch in sorted(paths, reverse=True):
            path = self._folder / name / f"ckpt-{epoch}"
            if damaged is not None:
                warnings.warn(
                    f"The checkpoint {damaged} is damaged; going on from the one "
                    "before.",
                    stacklevel=2,
                )
            try:
                self._read_state(path)
            except _UNREADABLE as error:
                damaged, reason = path, error
            else:
                return int(self._epoch.numpy())
        if _has_index(paths):
            raise TrainingError(
                f"The checkpoint {damaged} does not fit these networks or is "
                f"damaged; delete {self._folder} to train anew. "
                f"{first_line(reason)}"
            ) from reason
        return 0

    def _read_until(self, limit: int) -> int:
        found = [
            (epoch, self._folder / name / f"ckpt-{epoch}")
            for name in _KEPT
            for epoch in _files(self._folder / name)
            if epoch <= limit
        ]
        for epoch, path in sorted(found, reverse=True):
            with contextlib.suppress(*_UNREADABLE):
                self._read_state(path)
                return epoch
        return 0

    def _read_state(self, path: pathlib.Path) -> None:
        with readable_path(path) as readable:
            self._state.restore(str(readable)).assert_consumed()

    def _read_records(self, epoch: int) -> list[Record]:
        for name in _KEPT:
            path = self._folder / name / f"ckpt-{epoch}{_RECORDS}"
            if path.exists():
                return whole_records(path.read_text(errors="replace"))
        return []


def _files(folder: pathlib.Path) -> dict[int, list[pathlib.Path]]:
    """Finds the files of a folder's checkpoints, by their epochs."""
    files: dict[int, list[pathlib.Path]] = {}
    for path in folder.glob("ckpt-*.*"):
        if number := re.fullmatch(r"ckpt-(\d+)", path.stem):
            files.setdefault(int(number[1]), []).append(path)
    return files


def _has_index(paths: dict[int, list[pathlib.Path]]) -> bool:
    return any(_is_index(path) for files in paths.values() for path in files)


def _is_index(path: pathlib.Path) -> bool:
    return path.suffix == ".index"


def _remove_others(folder: pathlib.Path, epoch: int, kept: int) -> None:
    """Deletes all but the last checkpoints until that epoch.

    Later ones are of a training that ended with a damaged checkpoint.
    """
    files = _files(folder)
    kept_epochs = sorted(e for e in files if e <= epoch)[-kept:]
    for other in files.keys() - kept_epochs:
        for path in sorted(files[other], key=_is_index, reverse=True):
            path.unlink()


class MemoryCheckpoints:
    """The best state of a training in memory, which cannot be resumed.

    Args:
      trainer: A built trainer.
    """

    def __init__(self, trainer: Trainable):
        self._trainer = trainer
        self._best: tuple[int, KeptValues] | None = None

    def save(self, epoch: int, records: Sequence[Record] = ()) -> None:
        """Does nothing: a training in memory is not resumed."""

    def save_best(self, epoch: int, records: Sequence[Record] = ()) -> None:
        """Keeps the state after that many epochs as the best one."""
        del records
        self._best = epoch, KeptValues(self._trainer.variables)

    def restore(self, otherwise: int = 0) -> int:
        """Returns 0: there is no state to resume from."""
        del otherwise
        return 0

    def restore_best(self, if_readable: bool = False) -> int:
        """Restores the best state; returns its number of epochs, 0 without one."""
        del if_readable
        if self._best is None:
            return 0
        epoch, values = self._best
        values.put_back()
        return epoch

    def restore_until(self, epoch: int) -> int:
        """Returns 0: there is no state to resume from."""
        del epoch
        return 0

    def records(self, epoch: int) -> list[Record]:
        """Returns no records: none are kept."""
        del epoch
        return []


@contextlib.contextmanager
def rollback_on_failure(trainer: Trainable) -> Iterator[None]:
    """Rolls the trainer back if the block raises, so that a call can be repeated.

    Args:
      trainer: A built trainer.
    """
    begin = KeptValues(trainer.variables)
    try:
        yield
    except BaseException as error:
        begin.put_back()
        if isinstance(error, DivergenceError):
            told = f"{error} The networks are as before the call."
            raise DivergenceError(told) from error
        raise
