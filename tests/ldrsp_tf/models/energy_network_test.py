import numpy as np
import pytest
import tensorflow as tf

from ldrsp_tf.models import EnergyNetwork
from ldrsp_tf.refinement import logit_move, refine, score_and_gradient
from ldrsp_tf.spaces.logits import logits_of_bernoulli


def _pair(rows=4):
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(rows, 7)), rng.uniform(size=(rows, 5))
    return tf.constant(x, tf.float32), tf.constant(y, tf.float32)


def _softplus(a):
    return np.log1p(np.exp(a))


def _sigmoid(a):
    return 1.0 / (1.0 + np.exp(-a))


@pytest.mark.parametrize("hidden", [(), (6,), (6, 4)])
@pytest.mark.parametrize("interaction_units", [0, 3])
def test_score_agrees_with_the_formula_in_numpy(hidden, interaction_units):
    model = EnergyNetwork(5, hidden, interaction_units)
    x, y = _pair()
    scores = model((x, y))
    assert scores.shape == (4,)

    u = x.numpy()
    for layer in model.body:
        u = _softplus(u @ layer.kernel.numpy() + layer.bias.numpy())
    u = u @ model.label_scores.kernel.numpy() + model.label_scores.bias.numpy()
    logits = (u * y.numpy()).sum(1)
    if interaction_units:
        p = model.interaction.kernel.numpy()  # [L, 3]
        w = model.interaction_weights.kernel.numpy()[:, 0]
        logits += _softplus(y.numpy() @ p) @ w
    np.testing.assert_allclose(scores, _sigmoid(logits), rtol=1e-5)


@pytest.mark.parametrize(
    ("hidden", "interaction_units", "parameters"),
    [
        # u: 7 * 6 + 6 and 6 * 5 + 5; P: 5 * 3; w: 3.
        ((6,), 3, 48 + 35 + 15 + 3),
        ((6,), 0, 48 + 35),
        # 6 * 4 + 4 more, and 4 * 5 + 5 at the end.
        ((6, 4), 3, 48 + 28 + 25 + 15 + 3),
    ],
)
def test_number_of_parameters(hidden, interaction_units, parameters):
    model = EnergyNetwork(5, hidden, interaction_units)
    model(_pair())
    assert model.count_params() == parameters


def test_call_is_the_sigmoid_of_the_logits_of_the_features():
    model = EnergyNetwork(5, (6,), 3)
    x, y = _pair()
    features = model.features(x)
    assert features.shape == (4, 5)
    np.testing.assert_allclose(
        model((x, y)), tf.sigmoid(model.logits(features, y)), rtol=1e-6
    )


def test_scores_lie_between_zero_and_one():
    scores = EnergyNetwork(5, (6,), 3)(_pair(100)).numpy()
    assert scores.min() >= 0.0
    assert scores.max() <= 1.0


def test_features_depend_on_x_alone_and_logits_on_both():
    model = EnergyNetwork(5, (6,), 3)
    x, y = _pair()
    with tf.GradientTape(persistent=True) as tape:
        tape.watch([x, y])
        features = model.features(x)
        logits = model.logits(features, y)
    assert tape.gradient(features, y) is None
    assert np.all(tf.reduce_any(tape.gradient(logits, x) != 0.0, 1))
    assert np.all(tf.reduce_any(tape.gradient(logits, y) != 0.0, 1))


def test_an_empty_output_is_judged_by_the_labels_among_themselves():
    # No y_i u_i(x); softplus(0) = log 2 for each unit.
    model = EnergyNetwork(5, (6,), 3)
    x, y = _pair()
    logits = model.logits(model.features(x), tf.zeros_like(y))
    w = model.interaction_weights.kernel.numpy().sum()
    np.testing.assert_allclose(logits, np.full(4, w * np.log(2.0)), rtol=1e-5)


def test_the_entropy_is_added_to_the_logits():
    plain, full = EnergyNetwork(5, (6,), 3), EnergyNetwork(5, (6,), 3, entropy=True)
    x, y = _pair()
    plain((x, y)), full((x, y))
    full.set_weights(plain.get_weights())
    p = y.numpy()
    entropy = -(p * np.log(p) + (1.0 - p) * np.log(1.0 - p)).sum(1)
    np.testing.assert_allclose(
        full.logits(full.features(x), y),
        plain.logits(plain.features(x), y) + entropy,
        rtol=1e-4,
    )


def test_the_gradient_of_the_entropy_is_minus_the_logit_and_finite_at_0_and_1():
    model = EnergyNetwork(3, (), 0, entropy=True)
    u = tf.zeros([1, 3])
    y = tf.constant([[0.2, 0.0, 1.0]])
    _, gradient = score_and_gradient(lambda y: model.logits(u, y), y)
    # -log(0.2 / 0.8) = log 4; the ends are those of a probability of 1e-6.
    expected = [[np.log(4.0), np.log(1e6), -np.log(1e6)]]
    np.testing.assert_allclose(gradient, expected, rtol=5e-3)
    # An entropy of log 2 at 0.5, of nothing at the corners.
    at = tf.constant([[0.5, 0.0, 1.0]])
    np.testing.assert_allclose(model.logits(u, at), [np.log(2.0)], atol=1e-4)


@pytest.mark.parametrize("start", [0.0, 0.5, 1.0])
def test_without_interactions_the_walk_on_logits_ends_at_the_own_prediction(start):
    model = EnergyNetwork(5, (6,), 0, entropy=True)
    x, y = _pair()
    features = 2.0 * model.features(x)
    walk = refine(
        lambda y: model.logits(features, y),
        tf.fill(y.shape, start),
        step_size=0.3,
        steps=60,
        normalized=False,
        move=logit_move(tf.sigmoid, logits_of_bernoulli),
    )
    own = tf.sigmoid(model.predict_logits(features, y))
    np.testing.assert_allclose(walk, own, atol=1e-4)


def test_only_an_energy_with_entropy_predicts():
    plain, full = EnergyNetwork(5, (6,)), EnergyNetwork(5, (6,), entropy=True)
    assert (plain.can_predict, full.can_predict) == (False, True)
    with pytest.raises(NotImplementedError, match="scores outputs only"):
        plain.predict_logits(*_pair())
