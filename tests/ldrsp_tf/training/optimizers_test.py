import keras
import numpy as np
import pytest
import tensorflow as tf

from ldrsp_tf.training.optimizers import FusedAdam

_SHAPES = [(4, 3), (3,), ()]


def _variables():
    rng = np.random.default_rng(0)
    return [keras.Variable(rng.normal(size=s).astype(np.float32)) for s in _SHAPES]


def _gradients(step):
    rng = np.random.default_rng(step + 1)
    # Very different sizes, and exact zeros, in which Adam has something to divide by.
    scales = [1e-4, 1.0, 100.0]
    gradients = [rng.normal(size=s) * k for s, k in zip(_SHAPES, scales)]
    gradients[1][step % 3] = 0.0
    return [tf.constant(gradient, tf.float32) for gradient in gradients]


def _run(optimizer, steps=12, compiled=False, after=lambda step: None):
    variables = _variables()
    optimizer.build(variables)

    def apply(*gradients):
        optimizer.apply(list(gradients), variables)

    apply = tf.function(apply) if compiled else apply
    for step in range(steps):
        apply(*_gradients(step))
        after(step)
    return [variable.numpy() for variable in variables]


def _assert_close(actual, expected):
    # Keras subtracts 0.999 from 1 in 64 bits, the kernel in 32, with five digits left.
    for a, e in zip(actual, expected):
        np.testing.assert_allclose(a, e, rtol=0.0, atol=2e-5)


@pytest.mark.parametrize("compiled", [False, True])
@pytest.mark.parametrize("beta_1", [0.5, 0.9])
def test_equals_adam_over_many_steps(beta_1, compiled):
    settings = {"learning_rate": 0.02, "beta_1": beta_1}
    expected = _run(keras.optimizers.Adam(**settings))
    _assert_close(_run(FusedAdam(**settings), compiled=compiled), expected)


@pytest.mark.parametrize(
    "settings",
    [
        {"epsilon": 0.1},
        {"beta_2": 0.7},
        {"amsgrad": True, "beta_2": 0.5},
        {"clipnorm": 0.1},
        {"learning_rate": keras.optimizers.schedules.ExponentialDecay(0.1, 3, 0.5)},
    ],
    ids=lambda settings: next(iter(settings)),
)
def test_equals_adam_with_other_settings(settings):
    settings = {"learning_rate": 0.1, **settings}
    _assert_close(_run(FusedAdam(**settings)), _run(keras.optimizers.Adam(**settings)))


def test_the_first_step_by_hand():
    # Corrected for their start, both moments are those of one gradient: a step is
    # learning_rate * g / |g|.
    variable = keras.Variable([1.0, 1.0])
    FusedAdam(0.1, beta_1=0.5).apply([tf.constant([3.0, -0.2])], [variable])
    np.testing.assert_allclose(variable.numpy(), [0.9, 1.1], rtol=1e-5)


def test_weight_decay_by_hand():
    # Before the step of Adam, 0.1 * g / |g|, a weight loses 0.1 * 0.5 of itself.
    kernel = keras.Variable([[1.0, -2.0]])
    optimizer = FusedAdam(0.1, beta_1=0.5, weight_decay=0.5)
    optimizer.apply([tf.constant([[3.0, -0.2]])], [kernel])
    np.testing.assert_allclose(kernel.numpy(), [[0.85, -1.8]], rtol=1e-5)


@pytest.mark.parametrize("amsgrad", [False, True])
@pytest.mark.parametrize("compiled", [False, True])
def test_decoupled_weight_decay_is_of_kernels_alone(compiled, amsgrad):
    settings = {"learning_rate": 0.1, "amsgrad": amsgrad}
    decayed = _run(FusedAdam(**settings, weight_decay=0.1), compiled=compiled)
    adamw = _run(keras.optimizers.AdamW(**settings, weight_decay=0.1))
    adam = _run(keras.optimizers.Adam(**settings))
    assert [len(shape) for shape in _SHAPES] == [2, 1, 0]
    _assert_close(decayed, [adamw[0], *adam[1:]])
    for with_decay, without in zip(adamw, adam):
        assert np.abs(with_decay - without).max() > 1e-3


def test_weight_decay_falls_with_the_learning_rate(assert_identical):
    before = [variable.numpy() for variable in _variables()]
    assert_identical(_run(FusedAdam(0.0, weight_decay=0.5)), before)


@pytest.mark.parametrize("compiled", [False, True])
def test_a_changed_learning_rate_takes_effect(compiled):
    def run(optimizer):
        def slow_down(step):
            if step == 4:
                optimizer.learning_rate = 0.001

        return _run(optimizer, steps=10, compiled=compiled, after=slow_down)

    changed = run(FusedAdam(0.1))
    _assert_close(changed, run(keras.optimizers.Adam(0.1)))
    assert np.abs(changed[0] - _run(FusedAdam(0.1), steps=10)[0]).max() > 0.1


def test_a_learning_rate_of_zero_moves_nothing(assert_identical):
    before = [variable.numpy() for variable in _variables()]
    assert_identical(_run(FusedAdam(0.0)), before)


def test_counts_the_steps():
    optimizer = FusedAdam(0.1)
    _run(optimizer, steps=7)
    assert int(optimizer.iterations) == 7


def test_sparse_gradients_of_an_embedding_are_taken():
    def run(optimizer):
        table = keras.Variable(np.ones((4, 2), np.float32))
        for _ in range(3):
            with tf.GradientTape() as tape:
                loss = tf.reduce_sum(tf.gather(table.value, [1, 3]) ** 2)
            optimizer.apply(tape.gradient(loss, [table.value]), [table])
        return [table.numpy()]

    _assert_close(run(FusedAdam(0.1)), run(keras.optimizers.Adam(0.1)))
