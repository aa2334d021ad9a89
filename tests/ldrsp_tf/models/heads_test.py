import numpy as np
import pytest
import tensorflow as tf

from ldrsp_tf import oracles
from ldrsp_tf.models.heads import bilinear_logits, ratio_logits
from ldrsp_tf.refinement import refine, score_and_gradient


def test_a_bilinear_score_is_the_probability_of_the_class_that_y_says():
    # q = (0.25, 0.75): D = 0.9 * 0.25 + 0.1 * 0.75 = 0.3.
    logits = tf.math.log([[[[1.0, 3.0]]]])
    score = tf.sigmoid(bilinear_logits(logits, tf.constant([[[[0.9, 0.1]]]])))
    np.testing.assert_allclose(score, [[[0.3]]], atol=1e-4)


def test_a_bilinear_score_is_the_oracle_value_where_the_body_is_right():
    y = tf.nn.softmax(tf.random.stateless_normal([3, 8, 8, 3], [0, 2]))
    classes = tf.random.stateless_uniform([3, 8, 8], [0, 1], maxval=3, dtype=tf.int32)
    truth = tf.one_hot(classes, 3)
    score = tf.sigmoid(bilinear_logits(100.0 * truth, y))
    np.testing.assert_allclose(score, oracles.pixel_f1(y, truth), atol=2e-4)


def test_a_bilinear_score_has_a_gradient_where_it_is_certain_and_y_is_wrong():
    logits = tf.constant([[[[-50.0, 50.0]]]])
    y = tf.constant([[[[1.0, 0.0]]]])
    with tf.GradientTape() as tape:
        tape.watch(y)
        score = tf.sigmoid(bilinear_logits(logits, y))
    gradient = tape.gradient(score, y)[0, 0, 0]
    assert np.all(np.isfinite(gradient))
    assert gradient[1] - gradient[0] > 0.5  # Towards class 1.


def test_a_ratio_score_by_hand():
    # q = (0.75, 0.25), y = (1, 0), n = 0.5: 2 * 0.75 / (1 + 1 + 0.5) = 0.6.
    logits = tf.math.log([[3.0, 1.0 / 3.0]])
    score = tf.sigmoid(
        ratio_logits(logits, tf.constant([0.5]), tf.constant([[1.0, 0]]))
    )
    np.testing.assert_allclose(score, [0.6], atol=1e-4)


def test_a_ratio_score_is_f1_where_it_is_certain_and_right():
    rng = np.random.default_rng(0)
    truth = tf.constant(rng.integers(0, 2, (6, 9)), tf.float32)
    y = tf.constant(rng.uniform(size=(6, 9)), tf.float32)
    score = tf.sigmoid(ratio_logits(100.0 * (truth - 0.5), tf.zeros([6]), y))
    np.testing.assert_allclose(score, oracles.f1(y, truth), atol=1e-4)


@pytest.mark.parametrize("slack", [0.0, 3.0])
def test_a_ratio_score_stays_in_its_range(slack):
    rng = np.random.default_rng(1)
    logits = tf.constant(rng.normal(scale=30.0, size=(50, 9)), tf.float32)
    y = tf.constant(rng.integers(0, 2, (50, 9)), tf.float32)
    score, gradient = score_and_gradient(
        lambda y: tf.sigmoid(ratio_logits(logits, tf.fill([50], slack), y)), y
    )
    assert np.all((score >= 0.0) & (score <= 1.0))
    assert np.all(np.isfinite(gradient))


def _largest_ratio(p):
    """Decides the top k of the largest 2 sum_topk p / (k + sum p)."""
    order = np.argsort(-p)
    k = np.arange(1, len(p) + 1)
    best = np.argmax(2.0 * np.cumsum(p[order]) / (k + p.sum()))
    return np.isin(np.arange(len(p)), order[: best + 1])


def test_a_walk_up_a_ratio_score_ends_at_the_largest_ratio_of_expectations():
    rng = np.random.default_rng(2)
    p = rng.uniform(0.02, 0.98, (20, 8)).astype(np.float32)
    logits = tf.constant(np.log(p) - np.log1p(-p))
    y = refine(
        lambda y: tf.sigmoid(ratio_logits(logits, tf.zeros([20]), y)),
        tf.constant(p),
        step_size=1.0,
        steps=300,
        normalized=False,
        project=lambda y: tf.clip_by_value(y, 0.0, 1.0),
    )
    expected = [_largest_ratio(row) for row in p]
    np.testing.assert_array_equal(y.numpy() > 0.5, expected)
