import numpy as np
import pytest
import tensorflow as tf

from ldrsp_tf.losses.gradient_penalty import gradient_penalty

_SEED = tf.constant([1, 2])


def _pair(*shape):
    return (
        tf.random.stateless_uniform(shape, [0, 1]),
        tf.random.stateless_uniform(shape, [0, 2]),
    )


@pytest.mark.parametrize("slope", [1.0, 3.0])
def test_a_linear_critic_of_vectors_is_penalised_by_its_slope(slope):
    direction = tf.constant([0.6, 0.0, -0.8])  # of norm 1
    y_true, y_generated = _pair(4, 3)
    penalty = gradient_penalty(
        lambda y: slope * tf.linalg.matvec(y, direction), y_true, y_generated, _SEED
    )
    np.testing.assert_allclose(penalty, (slope - 1.0) ** 2, atol=1e-5)


@pytest.mark.parametrize("slope", [1.0, 3.0])
def test_a_linear_critic_of_maps_is_penalised_by_its_slope_over_the_whole_map(slope):
    # One weight for every entry: the mean over 6 pixels has the gradient w / 6.
    weights = tf.random.stateless_normal([2, 3, 2], [0, 3])
    weights *= slope * 6.0 / tf.norm(weights)
    y_true, y_generated = _pair(4, 2, 3, 2)
    penalty = gradient_penalty(
        lambda y: tf.reduce_sum(weights * y, -1), y_true, y_generated, _SEED
    )
    np.testing.assert_allclose(penalty, (slope - 1.0) ** 2, atol=1e-4)


def test_places_lie_between_truth_and_output_with_one_share_an_example():
    y_true, y_generated = tf.ones([200, 2, 2, 1]), tf.zeros([200, 2, 2, 1])
    seen = []

    def critic(y):
        seen.append(y.numpy())
        return tf.reduce_sum(y, -1)

    gradient_penalty(critic, y_true, y_generated, _SEED)
    shares = seen[0].reshape(200, 4)
    assert np.all(np.ptp(shares, axis=1) == 0.0)
    assert 0.0 <= shares.min() < 0.05 and 0.95 < shares.max() <= 1.0
    assert abs(shares.mean() - 0.5) < 0.1


def test_the_penalty_is_differentiable_in_the_critics_weights_also_at_slope_0():
    weight = tf.Variable([[1.0], [2.0]])
    y_true, y_generated = _pair(3, 2)
    with tf.GradientTape() as tape:
        loss = gradient_penalty(
            lambda y: tf.squeeze(y @ weight, 1), y_true, y_generated, _SEED
        )
    # d/dw (||w|| - 1)^2 = 2 (1 - 1 / ||w||) w
    norm = np.sqrt(5.0)
    np.testing.assert_allclose(
        tape.gradient(loss, weight), 2 * (1 - 1 / norm) * weight.numpy(), rtol=1e-5
    )
    weight.assign([[0.0], [0.0]])
    with tf.GradientTape() as tape:
        loss = gradient_penalty(
            lambda y: tf.squeeze(y @ weight, 1), y_true, y_generated, _SEED
        )
    assert np.all(np.isfinite(tape.gradient(loss, weight)))
