import numpy as np
import pytest
import tensorflow as tf

from ldrsp_tf import oracles

# Each row: intersection, sum of the minima; union, sum of the maxima.
_Y = [[1.0, 1.0, 0.0, 0.0], [0.8, 0.3, 0.0, 1.0], [0.0, 0.5, 0.0, 0.0]]
_TRUE = [[1.0, 0.0, 1.0, 0.0], [1.0, 0.0, 1.0, 1.0], [1.0, 0.0, 0.0, 0.0]]
# 1 and 3; 0.8 + 0 + 0 + 1 = 1.8 and 1 + 0.3 + 1 + 1 = 3.3; 0 and 1.5.
_INTERSECTION, _UNION = [1.0, 1.8, 0.0], [3.0, 3.3, 1.5]


def _random_pair(shape, seed=0):
    rng = np.random.default_rng(seed)
    y = rng.uniform(size=shape).astype(np.float32)
    y_true = (rng.uniform(size=shape) < 0.4).astype(np.float32)
    return tf.constant(y), tf.constant(y_true)


def _one_hot(shape, classes, seed=0):
    chosen = np.random.default_rng(seed).integers(0, classes, shape)
    return np.eye(classes, dtype=np.float32)[chosen]


def test_intersection_and_union_by_hand():
    y, y_true = tf.constant(_Y), tf.constant(_TRUE)
    np.testing.assert_allclose(oracles.intersection(y, y_true, [1]), _INTERSECTION)
    np.testing.assert_allclose(oracles.union(y, y_true, [1]), _UNION)


def test_iou_by_hand():
    value = oracles.iou(tf.constant(_Y), tf.constant(_TRUE))
    np.testing.assert_allclose(value, [1.0 / 3.0, 1.8 / 3.3, 0.0], rtol=1e-6)


def test_f1_by_hand():
    # 2 * intersection / (intersection + union): 2/4, 3.6/5.1, 0/1.5.
    value = oracles.f1(tf.constant(_Y), tf.constant(_TRUE))
    np.testing.assert_allclose(value, [0.5, 3.6 / 5.1, 0.0], rtol=1e-6)


def test_a_relaxed_truth_by_hand():
    # Minima 0.5 + 0.3 = 0.8, maxima 0.8 + 0.6 = 1.4; products would give 0.58.
    y, y_true = tf.constant([[0.8, 0.3]]), tf.constant([[0.5, 0.6]])
    np.testing.assert_allclose(oracles.iou(y, y_true), [0.8 / 1.4], rtol=1e-6)
    np.testing.assert_allclose(oracles.f1(y, y_true), [1.6 / 2.2], rtol=1e-6)
    np.testing.assert_allclose(oracles.f1(y, y), [1.0], rtol=1e-6)
    np.testing.assert_allclose(oracles.iou(y, y), [1.0], rtol=1e-6)


def test_pixel_f1_by_hand():
    y = tf.constant([[[[0.7, 0.3], [0.5, 0.25]]]])  # [1, 1, 2, 2]
    y_true = tf.constant([[[[1.0, 0.0], [0.0, 1.0]]]])
    # Pixel 1: 2 * 0.7 / (1 + 1). Pixel 2: 2 * 0.25 / (0.75 + 1) = 2/7.
    value = oracles.pixel_f1(y, y_true)
    np.testing.assert_allclose(value, [[[0.7, 2.0 / 7.0]]], rtol=1e-6)


@pytest.mark.parametrize("oracle", [oracles.f1, oracles.iou])
def test_a_map_has_one_value_over_all_its_entries(oracle):
    y, y_true = _random_pair((3, 4, 5, 2))
    value = oracle(y, y_true)
    assert value.shape == (3,)
    flat = oracle(tf.reshape(y, [3, 40]), tf.reshape(y_true, [3, 40]))
    np.testing.assert_allclose(value, flat, rtol=1e-6)


def test_pixel_f1_is_f1_of_every_class_vector():
    y, y_true = _random_pair((3, 4, 5, 2))
    value = oracles.pixel_f1(y, y_true)
    assert value.shape == (3, 4, 5)
    rows = oracles.f1(tf.reshape(y, [60, 2]), tf.reshape(y_true, [60, 2]))
    np.testing.assert_allclose(tf.reshape(value, [60]), rows, rtol=1e-6)


def test_f1_and_iou_agree_with_their_definitions_in_numpy():
    y, y_true = _random_pair((50, 6))
    inter, union = np.minimum(y, y_true).sum(1), np.maximum(y, y_true).sum(1)
    np.testing.assert_allclose(oracles.iou(y, y_true), inter / union, rtol=1e-5)
    f1 = 2.0 * inter / (inter + union)
    np.testing.assert_allclose(oracles.f1(y, y_true), f1, rtol=1e-5)
    # min(a, b) + max(a, b) = a + b.
    f1 = 2.0 * inter / np.sum(y + y_true, 1)
    np.testing.assert_allclose(oracles.f1(y, y_true), f1, rtol=1e-5)


def test_iou_follows_from_f1():
    y, y_true = _random_pair((50, 6))
    f1, iou = oracles.f1(y, y_true).numpy(), oracles.iou(y, y_true).numpy()
    np.testing.assert_allclose(iou, f1 / (2.0 - f1), rtol=1e-5)


def test_pixel_f1_on_the_simplex_is_the_probability_of_the_true_class():
    rng = np.random.default_rng(1)
    y = rng.dirichlet(np.ones(3), (2, 4, 4)).astype(np.float32)
    y_true = _one_hot((2, 4, 4), 3)
    of_true_class = (y * y_true).sum(-1)
    np.testing.assert_allclose(oracles.pixel_f1(y, y_true), of_true_class, rtol=1e-5)


@pytest.mark.parametrize("oracle", [oracles.f1, oracles.iou, oracles.pixel_f1])
def test_the_truth_is_worth_one(oracle):
    _, y_true = _random_pair((8, 3, 3, 2))
    np.testing.assert_array_equal(oracle(y_true, y_true), 1.0)


@pytest.mark.parametrize("oracle", [oracles.f1, oracles.iou, oracles.pixel_f1])
def test_values_lie_between_zero_and_one(oracle):
    y, y_true = _random_pair((20, 3, 3, 2))
    value = oracle(y, y_true).numpy()
    assert value.min() >= 0.0
    assert value.max() <= 1.0
    assert value.std() > 0.0


@pytest.mark.parametrize("oracle", [oracles.f1, oracles.iou, oracles.pixel_f1])
def test_empty_output_for_an_empty_truth_is_worth_one(oracle):
    y = tf.zeros([2, 3, 3, 2])
    with tf.GradientTape() as tape:
        tape.watch(y)
        value = oracle(y, tf.zeros_like(y))
    np.testing.assert_array_equal(value, 1.0)
    assert np.isfinite(tape.gradient(value, y)).all()


@pytest.mark.parametrize("oracle", [oracles.f1, oracles.iou])
def test_one_empty_side_is_worth_nothing(oracle):
    tags, none = tf.constant([[0.0, 1.0, 1.0]]), tf.zeros([1, 3])
    np.testing.assert_array_equal(oracle(tags, none), [0.0])
    np.testing.assert_array_equal(oracle(none, tags), [0.0])


@pytest.mark.parametrize("oracle", [oracles.f1, oracles.iou])
def test_an_empty_example_does_not_spoil_its_neighbors_gradient(oracle):
    y = tf.constant([[0.0, 0.0], [0.5, 0.25]])
    y_true = tf.constant([[0.0, 0.0], [1.0, 0.0]])
    with tf.GradientTape() as tape:
        tape.watch(y)
        value = oracle(y, y_true)
    gradient = tape.gradient(value, y)
    assert np.isfinite(gradient).all()
    assert gradient[1, 0] > 0.0 > gradient[1, 1]


def test_f1_gradient_by_hand():
    # v = 2 a / (a + b + 1) at a = 0.5, b = 0.25: dv/da = 2 (b + 1) / (a + b + 1)^2,
    # dv/db = -2 a / (a + b + 1)^2.
    y, y_true = tf.constant([[0.5, 0.25]]), tf.constant([[1.0, 0.0]])
    with tf.GradientTape() as tape:
        tape.watch(y)
        value = oracles.f1(y, y_true)
    expected = [[2.5 / 1.75**2, -1.0 / 1.75**2]]
    np.testing.assert_allclose(tape.gradient(value, y), expected, rtol=1e-5)


def test_binarized_scores_the_thresholded_output():
    y = tf.constant([[0.6, 0.51, 0.5, 0.1], [0.4, 0.3, 0.2, 0.1]])
    y_true = tf.constant([[1.0, 1.0, 1.0, 0.0], [0.0, 0.0, 0.0, 0.0]])
    # 0.5 itself is not above the threshold: tags {0, 1} of {0, 1, 2}: 2 * 2 / 5.
    value = oracles.binarized(oracles.f1)(y, y_true)
    np.testing.assert_allclose(value, [0.8, 1.0], rtol=1e-6)
    # Above 0.2: tags {0, 1, 2}, which is the truth; then {0, 1}, against none.
    value = oracles.binarized(oracles.f1, lambda y: tf.cast(y > 0.2, y.dtype))(
        y, y_true
    )
    np.testing.assert_allclose(value, [1.0, 0.0], rtol=1e-6)


def test_binarized_equals_the_oracle_on_decided_outputs():
    y, y_true = _random_pair((20, 5))
    decided = tf.round(y)
    np.testing.assert_array_equal(
        oracles.binarized(oracles.iou)(decided, y_true), oracles.iou(decided, y_true)
    )


@pytest.mark.parametrize("oracle", [oracles.f1, oracles.iou, oracles.pixel_f1])
def test_same_value_eagerly_compiled_and_inside_tf_data(oracle):
    y, y_true = _random_pair((6, 3, 3, 2))
    eager = oracle(y, y_true).numpy()
    unknown_batch = tf.TensorSpec([None, 3, 3, 2])
    compiled = tf.function(oracle, input_signature=[unknown_batch, unknown_batch])
    np.testing.assert_allclose(compiled(y, y_true), eager, rtol=1e-6)
    pairs = tf.data.Dataset.from_tensor_slices((y, y_true)).batch(4).map(oracle)
    piped = np.concatenate(list(pairs.as_numpy_iterator()))
    np.testing.assert_allclose(piped, eager, rtol=1e-6)
