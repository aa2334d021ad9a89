"""Interrupted trainings of a trainer with dropout and samples drawn at random."""

import numpy as np
import pytest
import tensorflow as tf

from ldrsp_tf.errors import TrainingError
from ldrsp_tf.training.checkpoints import Checkpoints
from ldrsp_tf.training.history import History
from ldrsp_tf.training.loop import fit


@pytest.fixture(scope="module")
def trainer(make_trainer):
    return make_trainer("ldrsp", dropout=0.25)


def _fit(trainer, tags, folder, checkpoints, report):
    x, y = (tf.constant(part) for part in tags)

    def validate():
        # The first one is the best: its state has to outlive every interruption.
        epoch = int(trainer.generator_optimizer.iterations) // 3
        score = float(np.mean(trainer.score(x)(y)))
        return {"metric": 1.0 / epoch, "score": score}

    return fit(
        trainer,
        x,
        y,
        epochs=5,
        validate=validate,
        validation_freq=2,
        checkpoints=checkpoints,
        history=History(folder / "history.jsonl"),
        on_epoch_end=report,
    )


def _without_seconds(history):
    return [
        {key: value for key, value in record.items() if key != "seconds"}
        for record in history.records
    ]


class _Killed(Checkpoints):
    """Checkpoints of a process that is killed at one of them."""

    def __init__(self, trainer, folder, at):
        super().__init__(trainer, folder)
        self._at = at

    def save(self, epoch, records=()):
        if self._at == ("save", epoch):
            raise KeyboardInterrupt
        super().save(epoch, records)

    def save_best(self, epoch, records=()):
        if self._at == ("save_best", epoch):
            raise KeyboardInterrupt
        super().save_best(epoch, records)


def _run(trainer, tags, folder, at=None):
    """Runs as a process of its own does, which has nothing but the folder."""

    def on_epoch_end(record):
        if at == ("report", record["epoch"]):
            raise KeyboardInterrupt

    folder.mkdir(exist_ok=True)
    trainer.reset()
    return _fit(trainer, tags, folder, _Killed(trainer, folder, at), on_epoch_end)


def _end(trainer, history, folder):
    """Returns records, last state and best state of a run."""
    last = [np.array(variable) for variable in trainer.variables]
    trainer.reset()
    epoch = Checkpoints(trainer, folder).restore_best()
    best = [np.array(epoch), *map(np.array, trainer.variables)]
    return _without_seconds(history), last, best


@pytest.fixture(scope="module")
def undisturbed(trainer, tags, tmp_path_factory):
    """Returns the end of a run that nothing interrupts."""
    folder = tmp_path_factory.mktemp("undisturbed")
    return _end(trainer, _run(trainer, tags, folder), folder)


@pytest.mark.parametrize(
    "interruptions",
    [
        [("report", 1)],
        [("report", 2)],
        [("report", 3)],
        [("report", 2), ("report", 3), ("report", 4)],
        [("save_best", 2)],
        [("save", 2)],
        [("save", 4), ("save", 5)],
    ],
    ids=str,
)
def test_an_interrupted_run_ends_like_an_undisturbed_one(
    interruptions, undisturbed, trainer, tags, tmp_path, assert_identical
):
    for at in interruptions:
        with pytest.raises(KeyboardInterrupt):
            _run(trainer, tags, tmp_path, at)
    records, last, best = _end(trainer, _run(trainer, tags, tmp_path), tmp_path)
    assert records == undisturbed[0]
    assert len(records) == 5
    assert_identical(last, undisturbed[1])
    assert_identical(best, undisturbed[2])


def test_nan_in_the_data_stops_training_and_keeps_the_state_of_before(
    trainer, tags, tmp_path, values, assert_identical
):
    trainer.reset()
    x, y = (tf.constant(part) for part in tags)
    checkpoints = Checkpoints(trainer, tmp_path)
    fit(trainer, x, y, epochs=1, checkpoints=checkpoints)
    before = values(trainer.variables)
    with pytest.raises(TrainingError, match="loss of epoch 2 is nan"):
        fit(trainer, x * np.nan, y, epochs=3, checkpoints=checkpoints)
    assert checkpoints.restore() == 1
    assert_identical(values(trainer.variables), before)
