import functools

import numpy as np
import pytest
import tensorflow as tf

from ldrsp_tf import losses
from ldrsp_tf.losses.ldrsp import ScoredOutputs


def _logits(*scores):
    """Returns the logits of scores."""
    scores = np.array(scores, np.float64)
    return tf.constant(np.log(scores / (1.0 - scores)), tf.float32)


def _judged(scores, values):
    return ScoredOutputs(_logits(*scores), tf.constant(values, tf.float32))


def _random_judged(size, seed):
    rng = np.random.default_rng(seed)
    logits, values = rng.normal(size=size), rng.uniform(size=size)
    return ScoredOutputs(
        tf.constant(logits, tf.float32), tf.constant(values, tf.float32)
    )


_PAIRS = [losses.squared_value_loss, losses.cross_entropy_value_loss]
_LDRSP_LOSSES = [
    functools.partial(losses.ldrsp_discriminator_loss, value_loss=value_loss)
    for value_loss in _PAIRS
]


def test_squared_value_loss_by_hand():
    # (0.3^2 + 0.4^2) / 2 / 2 = 0.25 / 4
    loss = losses.squared_value_loss(_judged([0.8, 0.5], [0.5, 0.9]))
    np.testing.assert_allclose(loss, 0.0625, rtol=1e-5)


def test_cross_entropy_value_loss_by_hand():
    # -(0.5 log 0.8 + 0.5 log 0.2) = 0.9162907; -(1 log 0.25) = 1.3862944; mean.
    loss = losses.cross_entropy_value_loss(_judged([0.8, 0.25], [0.5, 1.0]))
    np.testing.assert_allclose(loss, (0.9162907 + 1.3862944) / 2.0, rtol=1e-5)


@pytest.mark.parametrize("value_loss", _PAIRS)
def test_value_loss_is_least_where_score_and_value_agree(value_loss):
    at = [value_loss(_judged([score], [0.3])) for score in (0.2, 0.29, 0.3, 0.31, 0.4)]
    assert np.argmin(at) == 2
    logits = _logits(0.3)
    with tf.GradientTape() as tape:
        tape.watch(logits)
        loss = value_loss(ScoredOutputs(logits, tf.constant([0.3])))
    np.testing.assert_allclose(tape.gradient(loss, logits), [0.0], atol=1e-6)


def test_cross_entropy_pulls_a_saturated_score_back_and_the_squared_error_hardly():
    logits, gradients = tf.constant([20.0]), []
    for value_loss in _PAIRS:
        with tf.GradientTape() as tape:
            tape.watch(logits)
            loss = value_loss(ScoredOutputs(logits, tf.constant([0.0])))
        gradients.append(float(tape.gradient(loss, logits)[0]))
    assert gradients[0] < 1e-6
    np.testing.assert_allclose(gradients[1], 1.0, rtol=1e-5)


@pytest.mark.parametrize("value_loss", _PAIRS)
def test_value_loss_of_large_logits_stays_finite(value_loss):
    judged = ScoredOutputs(tf.constant([200.0, -200.0]), tf.constant([0.0, 1.0]))
    assert np.isfinite(value_loss(judged))


def test_equation_5_by_hand():
    # Real: (0.9 - 1)^2 / 2 = 0.005. Generated: (0.7 - 0.4)^2 / 2 = 0.045.
    real, generated = _judged([0.9], [1.0]), _judged([0.7], [0.4])
    loss = losses.ldrsp_discriminator_loss(real, generated)
    np.testing.assert_allclose(loss, 0.05, rtol=1e-5)


def test_equation_10_adds_the_mean_over_the_samples():
    real, generated = _judged([0.9], [1.0]), _judged([0.7], [0.4])
    # As in Eq. 5, and ((0.5 - 0.3)^2 + (0.2 - 0.2)^2) / 2 / 2 = 0.01.
    samples = _judged([0.5, 0.2], [0.3, 0.2])
    loss = losses.ldrsp_discriminator_loss(real, generated, samples)
    np.testing.assert_allclose(loss, 0.06, rtol=1e-5)


@pytest.mark.parametrize("value_loss", _PAIRS)
def test_discriminator_loss_is_the_sum_of_its_terms(value_loss):
    real, generated, samples = (_random_judged([6], seed) for seed in range(3))
    loss = functools.partial(losses.ldrsp_discriminator_loss, value_loss=value_loss)
    without = value_loss(real) + value_loss(generated)
    np.testing.assert_allclose(loss(real, generated), without, rtol=1e-6)
    np.testing.assert_allclose(
        loss(real, generated, samples), without + value_loss(samples), rtol=1e-6
    )


def test_equation_5_with_value_zero_is_the_loss_of_lsgan():
    real, generated = _random_judged([8], 0), _random_judged([8], 1)
    d_real, d_generated = (
        1.0 / (1.0 + np.exp(-j.logits.numpy().astype(float))) for j in (real, generated)
    )
    lsgan = 0.5 * np.mean(d_generated**2) + 0.5 * np.mean((d_real - 1.0) ** 2)
    loss = losses.ldrsp_discriminator_loss(
        real._replace(values=tf.ones([8])), generated._replace(values=tf.zeros([8]))
    )
    np.testing.assert_allclose(loss, lsgan, rtol=1e-5)


def test_generator_loss_by_hand():
    # (0.5^2 + 0.1^2) / 2 / 2 = 0.26 / 4
    loss = losses.ldrsp_generator_loss(_logits(0.5, 0.9))
    np.testing.assert_allclose(loss, 0.065, rtol=1e-5)


def test_generator_loss_falls_with_the_score():
    logits = tf.constant([-1.0, 0.0, 2.0])
    with tf.GradientTape() as tape:
        tape.watch(logits)
        loss = losses.ldrsp_generator_loss(logits)
    assert np.all(tape.gradient(loss, logits) < 0.0)


@pytest.mark.parametrize("loss", _LDRSP_LOSSES)
def test_a_score_map_and_its_vector_have_the_same_discriminator_loss(loss):
    judged = [_random_judged([24], seed) for seed in range(3)]
    maps = [ScoredOutputs(*(tf.reshape(t, [2, 3, 4]) for t in j)) for j in judged]
    assert loss(*maps).shape == ()
    np.testing.assert_allclose(loss(*maps), loss(*judged), rtol=1e-6)


def test_a_score_map_and_its_vector_have_the_same_generator_loss():
    logits = _random_judged([24], 0).logits
    np.testing.assert_allclose(
        losses.ldrsp_generator_loss(tf.reshape(logits, [2, 3, 4])),
        losses.ldrsp_generator_loss(logits),
        rtol=1e-6,
    )


def test_binary_cross_entropy_by_hand():
    logits = tf.reshape(_logits(0.8, 0.4, 0.5, 0.1), [2, 2])
    y_true = tf.constant([[1.0, 0.0], [1.0, 0.0]])
    # -(log 0.8 + log 0.6 + log 0.5 + log 0.9) / 4
    expected = (0.2231436 + 0.5108256 + 0.6931472 + 0.1053605) / 4.0
    loss = losses.binary_cross_entropy(logits, y_true)
    np.testing.assert_allclose(loss, expected, rtol=1e-5)


def test_binary_cross_entropy_does_not_grow_with_the_number_of_labels():
    judged = _random_judged([2, 3], 0)
    once = losses.binary_cross_entropy(*judged)
    twice = losses.binary_cross_entropy(*(tf.concat([t, t], 1) for t in judged))
    np.testing.assert_allclose(twice, once, rtol=1e-6)


def test_binary_cross_entropy_of_large_logits_stays_finite():
    logits = tf.constant([[1000.0, -1000.0]])
    with tf.GradientTape() as tape:
        tape.watch(logits)
        loss = losses.binary_cross_entropy(logits, tf.constant([[0.0, 0.0]]))
    np.testing.assert_allclose(loss, 500.0)
    np.testing.assert_allclose(tape.gradient(loss, logits), [[0.5, 0.0]])


def _class_maps(probabilities, truth):
    """Makes logits of class probabilities, and the one-hot truth."""
    p = np.array(probabilities)
    truth = np.eye(p.shape[-1])[np.array(truth)]
    # A softmax takes no notice of a common amount.
    return tf.constant(np.log(p) + 3.0, tf.float32), tf.constant(truth, tf.float32)


def test_class_cross_entropy_by_hand():
    # Two images of 1x2 pixels and three classes.
    p = [[[[0.7, 0.2, 0.1], [0.5, 0.25, 0.25]]], [[[0.1, 0.8, 0.1], [0.3, 0.3, 0.4]]]]
    logits, y_true = _class_maps(p, [[[0, 1]], [[1, 0]]])
    # -(log 0.7 + log 0.25 + log 0.8 + log 0.3) / 4
    expected = (0.3566749 + 1.3862944 + 0.2231436 + 1.2039728) / 4.0
    loss = losses.class_cross_entropy(logits, y_true)
    assert loss.shape == ()
    np.testing.assert_allclose(loss, expected, rtol=1e-5)


def test_class_cross_entropy_grows_neither_with_pixels_nor_examples():
    logits, y_true = _class_maps([[[[0.7, 0.3], [0.4, 0.6]]]], [[[0, 0]]])
    once = losses.class_cross_entropy(logits, y_true)
    for axis in (0, 1, 2):
        twice = [tf.concat([part, part], axis) for part in (logits, y_true)]
        np.testing.assert_allclose(losses.class_cross_entropy(*twice), once, rtol=1e-6)


def test_class_cross_entropy_of_two_classes_is_the_binary_one_of_their_difference():
    logits = tf.random.stateless_normal([2, 3, 3, 2], [0, 1])
    y_true = tf.one_hot(tf.cast(logits[..., 0] > 0.3, tf.int32), 2)
    np.testing.assert_allclose(
        losses.class_cross_entropy(logits, y_true),
        losses.binary_cross_entropy(logits[..., 1] - logits[..., 0], y_true[..., 1]),
        rtol=1e-5,
    )


def test_class_cross_entropy_of_large_logits_stays_finite():
    loss = losses.class_cross_entropy(
        tf.constant([[[[1000.0, -1000.0]]]]), tf.constant([[[[0.0, 1.0]]]])
    )
    np.testing.assert_allclose(loss, 2000.0)
