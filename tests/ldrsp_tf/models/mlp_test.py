import numpy as np
import pytest
import tensorflow as tf

from ldrsp_tf.models import MLP


def _x(rows=4):
    values = np.random.default_rng(0).normal(size=(rows, 7))
    return tf.constant(values, tf.float32)


def _weights(model):
    return [variable.numpy() for variable in model.trainable_variables]


@pytest.mark.parametrize("hidden", [(), (6,), (6, 4)])
def test_logits_agree_with_numpy(hidden):
    model = MLP(5, hidden)
    logits = model(_x())
    assert logits.shape == (4, 5)
    weights = _weights(model)
    assert [w.shape for w in weights[::2]] == list(zip((7, *hidden), (*hidden, 5)))
    out = _x().numpy()
    for index in range(0, len(weights), 2):
        out = out @ weights[index] + weights[index + 1]
        if index + 2 < len(weights):
            out = np.maximum(out, 0.0)  # ReLU, but for the last layer
    np.testing.assert_allclose(logits, out, rtol=1e-5, atol=1e-6)
    assert np.min(logits) < 0.0  # logits, not probabilities


def test_the_papers_two_layers_on_bibtex():
    model = MLP(159)
    model(tf.zeros([1, 1836]))
    # 1836 * 150 + 150 and 150 * 159 + 159.
    assert model.count_params() == 275_550 + 24_009


@pytest.mark.parametrize(
    "dropout", [{"input_dropout": 0.5}, {"hidden_dropout": 0.5}], ids=str
)
def test_dropout_acts_in_training_only(dropout):
    model = MLP(5, (64,), **dropout)
    x = _x()
    first, again = model(x, training=True), model(x, training=True)
    assert np.abs(first - again).max() > 1e-3
    np.testing.assert_array_equal(model(x), model(x))
    np.testing.assert_array_equal(model(x), model(x, training=False))
    assert np.abs(model(x) - first).max() > 1e-3


def test_input_dropout_drops_and_rescales_inputs():
    model = MLP(1, (), input_dropout=0.25)
    model(tf.ones([1, 1]))
    model.set_weights([np.float32([[3.0]]), np.float32([0.0])])
    outputs = np.unique(model(tf.ones([4000, 1]), training=True))
    np.testing.assert_allclose(outputs, [0.0, 4.0], rtol=1e-6)  # 3 / (1 - 0.25)


def test_without_dropout_training_changes_nothing():
    model = MLP(5, (6,))
    np.testing.assert_array_equal(model(_x()), model(_x(), training=True))
    assert not model.non_trainable_variables


def test_the_penalty_is_the_sum_of_squared_weights_without_biases():
    network = MLP(2, (3,), l2=0.5)
    network(np.ones((1, 4), np.float32))
    for weight in network.weights:
        weight.assign(np.full(weight.shape, 2.0))
    # 12 and 6 weights of 2, and 5 biases.
    assert float(sum(network.losses)) == 0.5 * 18 * 4.0


def test_without_a_penalty_there_is_no_loss_of_the_networks_own():
    network = MLP(2, (3,))
    network(np.ones((1, 4), np.float32))
    assert network.losses == []
