"""A training that dies at any change of its files comes to the same end."""

import pathlib

import keras
import numpy as np
import pytest
import tensorflow as tf

from ldrsp_tf.training import files
from ldrsp_tf.training.checkpoints import Checkpoints
from ldrsp_tf.training.history import History
from ldrsp_tf.training.loop import fit, restore_best


class _Trainer:
    """A stand-in for a trainer: its state follows from the state before."""

    def __init__(self):
        self.state = keras.Variable([1.0, 0.5])
        self.variables, self.strategy = [self.state], None

    def set_progress(self, share):
        pass

    def train_epoch(self, x, y, epoch):
        self.state.assign(self.state * 1.5 + epoch)
        return {"loss": float(self.state[0])}


class _Death(BaseException):
    """An end of the process that nothing catches, as nothing catches SIGKILL."""


class _Deadly:
    """Methods that end the process at their n-th change of a file, all together."""

    def __init__(self, monkeypatch, at):
        self._monkeypatch, self._at, self.changes = monkeypatch, at, 0
        for owner, method, half_done in (
            (pathlib.Path, "replace", None),
            (pathlib.Path, "unlink", None),
            (files, "_write_synced", _half_written),
            (files, "sync", None),
            (tf.train.Checkpoint, "write", _half_of_a_checkpoint),
        ):
            self._make_deadly(owner, method, half_done)

    def _make_deadly(self, owner, method, half_done):
        real = getattr(owner, method)

        def deadly(path, *arguments, **options):
            self.changes += 1
            if self.changes == self._at:
                # Later writes are no part of the death.
                self._monkeypatch.undo()
                if half_done is not None:
                    half_done(path, *arguments)
                raise _Death
            return real(path, *arguments, **options)

        self._monkeypatch.setattr(owner, method, deadly)


def _half_written(path, mode, text):
    files._write_synced(path, mode, text[: len(text) // 2])


def _half_of_a_checkpoint(checkpoint, prefix):
    checkpoint.write(prefix)
    for path in pathlib.Path(prefix).parent.glob("new.*"):
        path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def _train(folder):
    """Trains as a new process would; returns records, last state and best state."""
    folder.mkdir(exist_ok=True)
    trainer, history = _Trainer(), History(folder / "history.jsonl")
    checkpoints = Checkpoints(trainer, folder)
    metrics = {1: 0.25, 2: 0.75, 3: 0.5, 4: 1.0, 5: 0.0}
    fit(
        trainer,
        *2 * (tf.zeros([4, 1]),),
        epochs=5,
        validate=lambda: {"metric": metrics[len(history.records) + 1]},
        checkpoints=checkpoints,
        history=history,
    )
    last = trainer.state.numpy()
    restore_best(checkpoints, history, "train")
    for record in history.records:
        del record["seconds"]
    return history.records, last, trainer.state.numpy()


def _assert_same(end, expected):
    assert end[0] == expected[0]
    np.testing.assert_array_equal(end[1:], expected[1:])


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:The checkpoint .* is damaged")
def test_death_at_any_change_of_a_file(tmp_path, monkeypatch):
    changes = _Deadly(monkeypatch, at=None)
    undisturbed = _train(tmp_path / "undisturbed")
    monkeypatch.undo()
    assert changes.changes > 40
    for number in range(1, changes.changes + 1):
        folder = tmp_path / str(number)
        _Deadly(monkeypatch, at=number)
        with pytest.raises(_Death):
            _train(folder)
        monkeypatch.undo()
        # The files were left by a process that is no more.
        monkeypatch.setattr(files, "_is_alive", lambda process: False)
        _assert_same(_train(folder), undisturbed)
        monkeypatch.undo()
        assert not list(folder.rglob("*new*"))
        assert not list(folder.rglob("*.aside"))
