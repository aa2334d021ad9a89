"""A training whose files are lost or damaged between two calls."""

import json
import shutil
import warnings

import keras
import numpy as np
import pytest
import tensorflow as tf

from ldrsp_tf.errors import TrainingError
from ldrsp_tf.training.checkpoints import Checkpoints
from ldrsp_tf.training.history import History
from ldrsp_tf.training.loop import fit, restore_best

_METRICS = [0.2, 0.5, 0.1, 0.8, 0.3, 0.4, 0.1, 0.2]

# Besides the warning that a test is about.
pytestmark = pytest.mark.filterwarnings("ignore:The checkpoint .* is damaged")


class _Trainer:
    """A stand-in for a trainer: its state follows from the state before."""

    def __init__(self):
        self.state = keras.Variable([1.0, 0.5])
        self.variables, self.strategy = [self.state], None
        self.trained = []

    def set_progress(self, share):
        pass

    def train_epoch(self, x, y, epoch):
        self.trained.append(epoch + 1)
        self.state.assign(self.state * 1.5 + epoch)
        return {"loss": float(self.state[0])}


def _train(folder, epochs=8, has_validation=True):
    """Trains as a new process would; returns the epochs that it did, and the end."""
    trainer, history = _Trainer(), History(folder / "metrics.jsonl")
    checkpoints = Checkpoints(trainer, folder / "checkpoints")
    fit(
        trainer,
        *2 * (tf.zeros([4, 1]),),
        epochs=epochs,
        validate=(
            (lambda: {"metric": _METRICS[len(history.records)]})
            if has_validation
            else None
        ),
        checkpoints=checkpoints,
        history=history,
    )
    last = trainer.state.numpy()
    if has_validation:
        restore_best(checkpoints, history, "train")
    lines = (folder / "metrics.jsonl").read_text().splitlines()
    records = [{**json.loads(line), "seconds": 0} for line in lines]
    return trainer.trained, (records, *last, *trainer.state.numpy())


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory):
    done, end = _train(tmp_path_factory.mktemp("undisturbed"))
    assert done == list(range(1, 9))
    return end


@pytest.fixture
def folder(tmp_path):
    """A folder of six epochs of eight, of which the fourth is the best."""
    _train(tmp_path, epochs=6)
    return tmp_path


def test_lost_records_are_those_that_are_kept_with_the_state(folder, undisturbed):
    (folder / "metrics.jsonl").unlink()
    assert _train(folder) == ([7, 8], undisturbed)


@pytest.mark.parametrize("line", [0, 3, 5])
def test_damaged_records_are_put_back(line, folder, undisturbed):
    path = folder / "metrics.jsonl"
    lines = path.read_text().splitlines(keepends=True)
    lines[line] = "\0" * 20 + "\n"
    path.write_text("".join(lines))
    assert _train(folder) == ([7, 8], undisturbed)


def _without_copies(folder):
    for path in folder.rglob("*.records"):
        path.unlink()


@pytest.mark.parametrize(("kept", "done"), [(5, [6, 7, 8]), (4, [5, 6, 7, 8])])
def test_records_without_a_copy_cost_the_epochs_since_the_state_before(
    kept, done, folder, undisturbed
):
    _without_copies(folder)
    path = folder / "metrics.jsonl"
    path.write_text("".join(path.read_text().splitlines(keepends=True)[:kept]))
    with pytest.warns(UserWarning, match=f"going on from epoch {kept} instead of 6"):
        assert _train(folder) == (done, undisturbed)


def test_without_any_records_it_begins_anew(folder, undisturbed):
    _without_copies(folder)
    (folder / "metrics.jsonl").unlink()
    with pytest.warns(UserWarning, match="going on from epoch 0 instead of 6"):
        assert _train(folder) == (list(range(1, 9)), undisturbed)


@pytest.mark.parametrize("part", ["*.index", "*.data*"])
def test_a_lost_best_state_costs_the_epochs_since_the_best_one_before(
    part, folder, undisturbed
):
    (path,) = (folder / "checkpoints" / "best").glob(f"ckpt-4{part}")
    path.write_bytes(path.read_bytes()[:10])
    with pytest.warns(UserWarning, match="going on from epoch 2 instead of 6"):
        assert _train(folder) == (list(range(3, 9)), undisturbed)


def test_all_best_states_lost(folder, undisturbed):
    shutil.rmtree(folder / "checkpoints" / "best")
    with pytest.warns(UserWarning, match="going on from epoch 0 instead of 6"):
        assert _train(folder) == (list(range(1, 9)), undisturbed)


def test_all_latest_states_lost(folder, undisturbed):
    for path in (folder / "checkpoints" / "latest").glob("*.data*"):
        path.write_bytes(b"")
    assert _train(folder) == ([5, 6, 7, 8], undisturbed)


def test_no_state_that_can_be_read_is_an_error(folder):
    for path in (folder / "checkpoints").rglob("*.data*"):
        path.write_bytes(b"")
    with (
        warnings.catch_warnings(action="ignore"),
        pytest.raises(TrainingError, match="to train anew"),
    ):
        _train(folder)


def test_records_of_a_training_without_validation_are_put_back(tmp_path):
    for name in ("whole", "parts"):
        (tmp_path / name).mkdir()
    whole = _train(tmp_path / "whole", has_validation=False)[1]
    _train(tmp_path / "parts", epochs=3, has_validation=False)
    (tmp_path / "parts" / "metrics.jsonl").unlink()
    done, end = _train(tmp_path / "parts", has_validation=False)
    assert (done, end) == ([4, 5, 6, 7, 8], whole)


@pytest.fixture
def ahead(folder):
    """A folder whose training was killed between the fourth epoch's two states."""
    for path in (folder / "checkpoints" / "latest").iterdir():
        path.unlink()
    trainer = _Trainer()
    Checkpoints(trainer, folder / "checkpoints").restore_until(2)
    np.testing.assert_array_equal(trainer.state, [3.25, 2.125])
    Checkpoints(trainer, folder / "checkpoints").save(2)
    return folder


def test_a_best_state_that_is_ahead_of_the_latest_one_is_done_again(ahead, undisturbed):
    assert _train(ahead) == (list(range(3, 9)), undisturbed)


@pytest.mark.parametrize(("epochs", "done"), [(2, []), (3, [3])])
def test_a_best_state_that_is_ahead_is_not_that_of_fewer_epochs(
    epochs, done, ahead, undisturbed, tmp_path_factory
):
    expected = _train(tmp_path_factory.mktemp("fewer"), epochs)[1]
    assert _train(ahead, epochs) == (done, expected)
    # More epochs go on from there.
    assert _train(ahead) == (list(range(epochs + 1, 9)), undisturbed)
