import keras
import numpy as np
import pytest
import tensorflow as tf

from ldrsp_tf.data import preprocessing
from ldrsp_tf.data.preprocessing import preprocess


def test_nothing_to_do_leaves_the_very_array():
    x = np.zeros((3, 2), np.uint8)
    assert preprocess(None, x) is x


def test_parts_are_put_together_in_order(monkeypatch):
    monkeypatch.setattr(preprocessing, "_ENTRIES_AT_ONCE", 5)
    shapes = []

    class Doubled(keras.Model):
        def call(self, x):
            shapes.append(tuple(x.shape))
            return 2.0 * x

    x = np.arange(14, dtype=np.float32).reshape(7, 2)
    np.testing.assert_array_equal(preprocess(Doubled(), x), 2 * x)
    assert shapes[1:] == [(2, 2), (2, 2), (2, 2), (1, 2)]


def test_a_preprocessing_in_bfloat16_is_widened():
    model = keras.Sequential([keras.layers.Rescaling(2.0, dtype="bfloat16")])
    made = preprocess(model, np.arange(6, dtype=np.float32).reshape(3, 2))
    assert made.dtype == np.float32
    np.testing.assert_array_equal(made, 2.0 * np.arange(6).reshape(3, 2))


@pytest.mark.parametrize(
    ("layer", "message"),
    [
        (keras.layers.Dense(3), r"gives \(1, 3\) of inputs \(1, 2\)"),
        (keras.layers.Conv2D(2, 3), r"does not take inputs of shape \(1, 2\)"),
        (keras.layers.Rescaling(1e38), "inputs after their preprocessing have a value"),
    ],
)
def test_a_preprocessing_that_does_not_fit_is_refused(layer, message, refused):
    model = keras.Sequential([layer])
    with refused(message):
        preprocess(model, np.full((4, 2), 10, np.float32))


class _ScalesBytes(keras.Model):
    def call(self, x):
        return tf.cast(x, tf.float32) / (255.0 if x.dtype == tf.uint8 else 1.0)


def test_a_preprocessing_that_looks_at_the_type_is_refused(refused):
    x = np.full((3, 2), 255, np.uint8)
    with refused(r"inputs of type uint8 than .* begin it with keras\.ops\.cast\(x"):
        preprocess(_ScalesBytes(), x)
    made = preprocess(_ScalesBytes(), x.astype(np.float32))
    np.testing.assert_array_equal(made, 255.0)
