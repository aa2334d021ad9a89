import numpy as np
import pytest
import tensorflow as tf

from ldrsp_tf import projections


def _simplex_by_bisection(row):
    """Finds the t with sum(max(y - t, 0)) = 1 by halving an interval."""
    low, high = row.min() - 1.0, row.max()
    for _ in range(100):
        middle = (low + high) / 2.0
        if np.maximum(row - middle, 0.0).sum() > 1.0:
            low = middle
        else:
            high = middle
    return np.maximum(row - low, 0.0)


def _random_rows(shape, seed=0):
    rows = np.random.default_rng(seed).normal(size=shape, scale=2.0)
    return tf.constant(rows, tf.float32)


def test_box_clips_to_zero_and_one():
    y = tf.constant([[-0.5, 0.0, 0.25], [1.0, 1.5, 7.0]])
    np.testing.assert_array_equal(projections.box(y), [[0.0, 0.0, 0.25], [1, 1, 1]])


@pytest.mark.parametrize(
    ("y", "expected"),
    [
        ([0.2, 0.8], [0.2, 0.8]),  # on the simplex already
        ([1.0, 1.0], [0.5, 0.5]),  # each loses 0.5
        ([2.0, 0.5], [1.0, 0.0]),  # the second is more than 1 below the first
        ([0.9, 0.5, -1.0], [0.7, 0.3, 0.0]),  # two are kept: (1.4 - 1) / 2 = 0.2 off
        ([-5.0, -5.0, -5.0, -5.0], [0.25, 0.25, 0.25, 0.25]),
        ([0.0, 0.0, 3.0], [0.0, 0.0, 1.0]),
        ([-7.0], [1.0]),
    ],
)
def test_simplex_by_hand(y, expected):
    np.testing.assert_allclose(
        projections.simplex(tf.constant([y])), [expected], atol=1e-6
    )


@pytest.mark.parametrize("classes", [2, 3, 7])
def test_simplex_agrees_with_bisection(classes):
    y = _random_rows((40, classes))
    expected = [_simplex_by_bisection(row) for row in y.numpy().astype(np.float64)]
    np.testing.assert_allclose(projections.simplex(y), expected, atol=1e-5)


def test_simplex_gives_the_nearest_feasible_point():
    y = _random_rows((1, 3))
    distance = np.square(projections.simplex(y) - y).sum()
    others = np.random.default_rng(1).dirichlet(np.ones(3), 5000)
    assert distance <= np.square(others - y.numpy()).sum(1).min()


def test_simplex_is_idempotent_and_sums_to_one():
    once = projections.simplex(_random_rows((40, 4)))
    assert np.min(once) >= 0.0
    np.testing.assert_allclose(tf.reduce_sum(once, -1), 1.0, atol=1e-5)
    np.testing.assert_allclose(projections.simplex(once), once, atol=1e-6)


def test_simplex_treats_every_pixel_of_a_map_alone():
    y = _random_rows((2, 4, 5, 3))
    projected = projections.simplex(y)
    assert projected.shape == (2, 4, 5, 3)
    rows = projections.simplex(tf.reshape(y, [40, 3]))
    np.testing.assert_array_equal(tf.reshape(projected, [40, 3]), rows)


@pytest.mark.parametrize("shape", [(6, 3), (6, 2, 2, 3)])
def test_simplex_compiles_for_an_unknown_batch_size(shape):
    spec = tf.TensorSpec([None, *shape[1:]])
    compiled = tf.function(projections.simplex, input_signature=[spec])
    y = _random_rows(shape)
    np.testing.assert_allclose(compiled(y), projections.simplex(y), atol=1e-6)


@pytest.mark.parametrize("size", [1e4, 1e9, 1e30])
def test_simplex_of_huge_entries_is_the_class_that_wins(size):
    y = tf.constant([[0.0, size, 0.5 * size]])
    np.testing.assert_array_equal(projections.simplex(y), [[0.0, 1.0, 0.0]])


@pytest.mark.parametrize("project", [projections.box, projections.simplex])
def test_a_vector_with_nan_stays_nan_and_others_do_not_notice(project):
    projected = project(tf.constant([[np.nan, 0.5], [0.25, 0.75]])).numpy()
    assert np.isnan(projected[0, 0])
    np.testing.assert_array_equal(projected[1], [0.25, 0.75])
