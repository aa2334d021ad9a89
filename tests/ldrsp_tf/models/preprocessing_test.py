import keras
import numpy as np
import pytest
import tensorflow as tf

from ldrsp_tf.models.preprocessing import ScalePixels, StandardizeFeatures


def test_features_are_standardized_column_by_column():
    model = StandardizeFeatures((1.0, 0.0, -3000.0), (2.0, 1.0, 1000.0))
    x = np.array([[1, 0.25, -3000], [5, 1, -1000]], np.float32)
    made = model(x)
    assert made.dtype == tf.float32
    np.testing.assert_array_equal(made, [[0, 0.25, 0], [2, 1, 2]])
    np.testing.assert_array_equal(model(np.uint8([[7, 1, 0]])), [[3, 1, 3]])


def test_as_many_means_as_deviations_are_needed(refused):
    with refused("3 means and 1 standard deviations: give one of each"):
        StandardizeFeatures((1.0, 2.0, 3.0), (1.0,))


def test_it_rounds_once():
    """The difference is of double precision: that of float32 would be off by 2e-5."""
    rng = np.random.default_rng(0)
    x = rng.normal(1000.0, 1.0, (500, 4)).astype(np.float32)
    mean, deviation = x.mean(0, np.float64), x.std(0, dtype=np.float64)
    model = StandardizeFeatures(tuple(mean.tolist()), tuple(deviation.tolist()))
    expected = ((x - mean) / deviation).astype(np.float32)
    np.testing.assert_array_equal(model(x), expected)


def test_pixels_become_values_between_minus_1_and_1():
    pixels = np.arange(256, dtype=np.uint8).reshape(1, 16, 16, 1)
    made = ScalePixels()(pixels).numpy()
    assert made.dtype == np.float32
    np.testing.assert_array_equal(made, np.float32(pixels) / 127.5 - 1.0)
    assert (made.min(), made.max()) == (-1.0, 1.0)
    np.testing.assert_allclose(made[0, 7, 15, 0], -1 / 255, rtol=1e-4)  # Of 127.
    np.testing.assert_array_equal(ScalePixels()(pixels.astype(np.float32)), made)


@pytest.mark.parametrize(
    ("model", "x"),
    [
        (StandardizeFeatures((0.1, 1e9), (1 / 3, 7.0)), np.ones((3, 2), np.float32)),
        (ScalePixels(), np.ones((2, 4, 4, 3), np.uint8)),
    ],
)
@pytest.mark.parametrize("policy", ["float32", "mixed_float16"])
def test_a_file_has_the_same_numbers(model, x, policy, tmp_path):
    expected = model(x)
    model.save(tmp_path / "model.keras")
    usual = keras.config.dtype_policy()
    keras.config.set_dtype_policy(policy)
    try:
        loaded = keras.saving.load_model(tmp_path / "model.keras")
    finally:
        keras.config.set_dtype_policy(usual)
    np.testing.assert_array_equal(loaded(x), expected)
