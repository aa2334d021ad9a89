import keras
import numpy as np
import pytest

from ldrsp_tf.training.checkpoints import MemoryCheckpoints, rollback_on_failure


class _Trainer:
    def __init__(self):
        self.variables = [keras.Variable([1.0, 2.0]), keras.Variable(3)]

    def set(self, number):
        for variable in self.variables:
            variable.assign(np.full(variable.shape, number))


@pytest.fixture
def trainer():
    return _Trainer()


def test_the_best_state_comes_back_bit_for_bit(trainer, values, assert_identical):
    checkpoints = MemoryCheckpoints(trainer)
    trainer.set(1 / 3)
    best = values(trainer.variables)
    checkpoints.save_best(2)
    trainer.set(7)
    assert checkpoints.restore_best() == 2
    assert_identical(values(trainer.variables), best)


def test_the_last_best_state_counts(trainer):
    checkpoints = MemoryCheckpoints(trainer)
    for epoch in (1, 4):
        trainer.set(epoch)
        checkpoints.save_best(epoch)
    trainer.set(9)
    assert checkpoints.restore_best() == 4
    assert trainer.variables[1].numpy() == 4


def test_there_is_nothing_to_go_on_from(trainer, values, assert_identical):
    checkpoints = MemoryCheckpoints(trainer)
    trainer.set(5)
    checkpoints.save(3)
    before = values(trainer.variables)
    assert checkpoints.restore() == 0
    assert checkpoints.restore_best() == 0
    assert_identical(values(trainer.variables), before)


def test_the_best_state_may_be_taken_twice(trainer):
    checkpoints = MemoryCheckpoints(trainer)
    trainer.set(2)
    checkpoints.save_best(1)
    for _ in range(2):
        trainer.set(8)
        checkpoints.restore_best()
        assert trainer.variables[1].numpy() == 2


def test_what_a_failing_training_has_changed_is_put_back(
    trainer, values, assert_identical
):
    trainer.set(5)
    before = values(trainer.variables)
    with pytest.raises(KeyboardInterrupt), rollback_on_failure(trainer):
        trainer.set(6)
        raise KeyboardInterrupt
    assert_identical(values(trainer.variables), before)


def test_what_a_training_to_its_end_has_changed_stays(trainer):
    with rollback_on_failure(trainer):
        trainer.set(6)
    assert trainer.variables[1].numpy() == 6


def test_variables_that_appear_in_a_failing_training_hide_neither_error_nor_state(
    trainer, values, assert_identical
):
    old = list(trainer.variables)
    before = values(old)
    with (
        pytest.raises(ArithmeticError, match="the cause"),
        rollback_on_failure(trainer),
    ):
        trainer.set(6)
        trainer.variables.insert(1, keras.Variable([[0.0]]))
        raise ArithmeticError("the cause")
    assert_identical(values(old), before)
