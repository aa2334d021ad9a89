import shutil

import keras
import numpy as np
import pytest
import tensorflow as tf

from ldrsp_tf.errors import TrainingError
from ldrsp_tf.training.checkpoints import Checkpoints, MemoryCheckpoints
from ldrsp_tf.training.history import History
from ldrsp_tf.training.loop import fit, restore_best


class _Counter:
    """A stand-in for a trainer: its state is the number of epochs it was trained."""

    def __init__(self, losses=None):
        self.state = keras.Variable(0.0)
        self.variables, self.strategy = [self.state], None
        self.epochs, self.progress = [], []
        self._losses = losses or {}

    def set_progress(self, share):
        self.progress.append(share)

    def train_epoch(self, x, y, epoch):
        self.epochs.append(epoch)
        self.state.assign(self.state + 1.0)
        return {"surrogate_loss": self._losses.get(epoch, 1.0 / (1.0 + epoch))}


class _Validation:
    """A validation with the metrics of a list, by the epochs of the counter."""

    def __init__(self, counter, metrics):
        self.calls, self._counter, self._metrics = [], counter, metrics

    def __call__(self):
        epoch = int(self._counter.state.numpy())
        self.calls.append(epoch)
        return {"metric": self._metrics[epoch - 1], "threshold": 0.5}


_X = _Y = tf.zeros([4, 1])


def test_every_epoch_has_a_record():
    counter, reported = _Counter(), []
    history = fit(
        counter, _X, _Y, epochs=3, phase="first", on_epoch_end=reported.append
    )
    assert counter.epochs == [0, 1, 2]
    assert reported == history.records
    for epoch, record in enumerate(history.records, start=1):
        assert record.pop("seconds") >= 0.0
        assert record == {
            "phase": "first",
            "epoch": epoch,
            "surrogate_loss": 1.0 / epoch,
        }


@pytest.mark.parametrize(
    ("planned", "shares"),
    [(None, [0.0, 0.25, 0.5, 0.75]), (8, [0, 0.125, 0.25, 0.375])],
)
def test_the_trainer_is_told_before_each_epoch_how_much_lies_behind(planned, shares):
    counter = _Counter()
    fit(counter, _X, _Y, epochs=4, planned_epochs=planned)
    assert counter.progress == shares


def test_a_resumed_call_is_told_of_the_epochs_before_it(tmp_path):
    counter = _Counter()
    for epochs in (1, 3):
        keywords = {"planned_epochs": 4, "checkpoints": Checkpoints(counter, tmp_path)}
        fit(counter, _X, _Y, epochs=epochs, **keywords)
    assert counter.progress == [0.0, 0.25, 0.5]


def test_no_epochs_train_nothing():
    counter = _Counter()
    assert fit(counter, _X, _Y, epochs=0).records == []
    assert counter.epochs == []


@pytest.mark.parametrize(
    ("validation_freq", "validated"),
    [(1, [1, 2, 3, 4, 5]), (2, [2, 4, 5]), (3, [3, 5]), (9, [5])],
)
def test_validates_every_interval_and_at_the_end(validation_freq, validated):
    counter = _Counter()
    validate = _Validation(counter, [0.1, 0.2, 0.3, 0.4, 0.5])
    history = fit(
        counter, _X, _Y, epochs=5, validate=validate, validation_freq=validation_freq
    )
    assert validate.calls == validated
    assert [r["epoch"] for r in history.records if "validation" in r] == validated
    assert history.records[-1]["validation"] == {"metric": 0.5, "threshold": 0.5}


@pytest.mark.parametrize(
    ("patience", "validation_freq", "epochs"),
    [
        (None, 1, 8),
        (1, 1, 3),  # the second is the best, the third no better
        (2, 1, 4),
        (3, 1, 8),  # the fifth is better than the second, and 5 + 3 is the end
        (2, 2, 4),  # 0.5 in the second, 0.4 in the fourth
    ],
)
def test_patience_is_counted_in_epochs_since_the_best(
    patience, validation_freq, epochs
):
    counter = _Counter()
    validate = _Validation(counter, [0.3, 0.5, 0.4, 0.4, 0.6, 0.1, 0.1, 0.6])
    fit(
        counter,
        _X,
        _Y,
        epochs=8,
        validate=validate,
        patience=patience,
        validation_freq=validation_freq,
    )
    assert len(counter.epochs) == epochs


def test_patience_of_another_phase_does_not_count():
    history = History()
    for epoch, metric in ((1, 0.9), (2, 0.1)):
        validation = {"metric": metric}
        history.append({"phase": "one", "epoch": epoch, "validation": validation})
    counter = _Counter()
    validate = _Validation(counter, [0.1, 0.2, 0.3])
    keywords = {"validate": validate, "patience": 1, "history": history}
    fit(counter, _X, _Y, epochs=3, phase="two", **keywords)
    assert counter.epochs == [0, 1, 2]
    assert [record["phase"] for record in history.records] == ["one"] * 2 + ["two"] * 3


def test_the_best_state_and_the_latest_are_kept(tmp_path):
    counter = _Counter()
    checkpoints = Checkpoints(counter, tmp_path)
    validate = _Validation(counter, [0.3, 0.5, 0.4, 0.5])  # a tie keeps the earlier
    fit(counter, _X, _Y, epochs=4, validate=validate, checkpoints=checkpoints)
    assert checkpoints.restore_best() == 2
    assert counter.state.numpy() == 2.0
    assert checkpoints.restore() == 4
    assert counter.state.numpy() == 4.0


def test_a_listener_may_change_the_record_that_it_gets(tmp_path):
    counter = _Counter()
    checkpoints = Checkpoints(counter, tmp_path)
    history = fit(
        counter,
        _X,
        _Y,
        epochs=3,
        validate=_Validation(counter, [0.2, 0.5, 0.3]),
        checkpoints=checkpoints,
        on_epoch_end=dict.clear,
    )
    assert restore_best(checkpoints, history, "train")["epoch"] == 2
    assert counter.state.numpy() == 2.0


def test_without_validation_the_latest_state_is_kept_every_interval(tmp_path):
    counter = _Counter()
    checkpoints = Checkpoints(counter, tmp_path)

    def stop(record):
        if record["epoch"] == 5:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fit(
            counter,
            _X,
            _Y,
            epochs=8,
            validation_freq=2,
            checkpoints=checkpoints,
            on_epoch_end=stop,
        )
    assert checkpoints.restore() == 4
    assert checkpoints.restore_best() == 0


def test_a_call_that_is_to_stop_keeps_the_epoch_that_it_has_reached(tmp_path):
    counter = _Counter()
    history = History(tmp_path / "history.jsonl")
    options = {"epochs": 8, "validation_freq": 3, "history": history}
    for reached in (2, 3, 7):
        with pytest.raises(KeyboardInterrupt):
            fit(
                counter,
                _X,
                _Y,
                checkpoints=Checkpoints(counter, tmp_path),
                should_stop=lambda reached=reached: len(history.records) == reached,
                **options,
            )
        assert Checkpoints(counter, tmp_path).restore() == reached
    fit(counter, _X, _Y, checkpoints=Checkpoints(counter, tmp_path), **options)
    assert counter.epochs == list(range(8))
    assert [record["epoch"] for record in history.records] == list(range(1, 9))


def test_a_finished_call_is_not_repeated(tmp_path):
    history = History(tmp_path / "history.jsonl")
    for expected in ([0, 1, 2], []):
        counter = _Counter()
        checkpoints = Checkpoints(counter, tmp_path)
        fit(counter, _X, _Y, epochs=3, checkpoints=checkpoints, history=history)
        assert counter.epochs == expected
        assert counter.state.numpy() == 3.0
        assert [record["epoch"] for record in history.records] == [1, 2, 3]


def test_more_epochs_go_on_from_the_latest_state(tmp_path):
    history = History(tmp_path / "history.jsonl")
    for epochs, expected in ((2, [0, 1]), (4, [2, 3])):
        counter = _Counter()
        checkpoints = Checkpoints(counter, tmp_path)
        fit(counter, _X, _Y, epochs=epochs, checkpoints=checkpoints, history=history)
        assert counter.epochs == expected
    assert [record["epoch"] for record in history.records] == [1, 2, 3, 4]


def test_records_of_epochs_that_are_done_again_are_forgotten(tmp_path):
    # The history is a step ahead of the checkpoint: killed in between.
    history = History(tmp_path / "history.jsonl")
    counter = _Counter()
    checkpoints = Checkpoints(counter, tmp_path)
    fit(counter, _X, _Y, epochs=2, checkpoints=checkpoints, history=history)
    history.append({"phase": "train", "epoch": 3, "surrogate_loss": -7.0})
    fit(counter, _X, _Y, epochs=3, checkpoints=checkpoints, history=history)
    assert [record["epoch"] for record in history.records] == [1, 2, 3]
    assert history.records[-1]["surrogate_loss"] == 1.0 / 3.0


def test_the_best_state_has_to_be_that_of_the_best_record(tmp_path):
    counter, history = _Counter(), History(tmp_path / "history.jsonl")
    checkpoints = Checkpoints(counter, tmp_path)
    validate = _Validation(counter, [0.25, 0.75, 0.5])
    options = {"validate": validate, "checkpoints": checkpoints, "history": history}
    fit(counter, _X, _Y, epochs=3, **options)
    assert restore_best(checkpoints, history, "train") is history.records[1]
    assert counter.state.numpy() == 2.0
    shutil.rmtree(tmp_path / "best")
    with pytest.raises(TrainingError, match=r"is of epoch 0, but .*history\.jsonl"):
        restore_best(checkpoints, history, "train")


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_a_loss_that_is_not_finite_stops_training(value, tmp_path):
    counter = _Counter({2: value})
    checkpoints, history = Checkpoints(counter, tmp_path), History()
    with pytest.raises(
        TrainingError, match=r"loss of epoch 3 is -?(nan|inf).* checkpoint is kept\.$"
    ):
        fit(counter, _X, _Y, epochs=5, checkpoints=checkpoints, history=history)
    assert counter.epochs == [0, 1, 2]
    assert [record["epoch"] for record in history.records] == [1, 2]
    assert checkpoints.restore() == 2  # of before
    assert counter.state.numpy() == 2.0


@pytest.mark.parametrize("keeper", [None, MemoryCheckpoints, Checkpoints])
def test_no_checkpoint_is_said_to_be_kept_where_there_is_none(keeper, tmp_path):
    counter = _Counter({0: np.nan})
    folder = (tmp_path,) if keeper is Checkpoints else ()
    checkpoints = keeper and keeper(counter, *folder)
    with pytest.raises(TrainingError, match=r"NaN in the data\.$"):
        fit(counter, _X, _Y, epochs=1, checkpoints=checkpoints)
