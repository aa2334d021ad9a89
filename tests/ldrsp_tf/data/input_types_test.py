import keras
import numpy as np
import pytest
import tensorflow as tf

from ldrsp_tf.data.input_types import depends_on_type
from ldrsp_tf.models.preprocessing import ScalePixels, StandardizeFeatures

_X = np.array([[0, 0], [3, 255], [7, 1]], np.uint8)


def _scale_bytes(x):
    x = tf.constant(x)
    return tf.cast(x, tf.float32) / (255.0 if x.dtype.is_integer else 1.0)


@pytest.mark.parametrize("kind", [np.uint8, np.int64])
def test_a_model_that_looks_at_the_type(kind):
    assert depends_on_type(_scale_bytes, _X.astype(kind))


@pytest.mark.parametrize("kind", [np.float32, np.float64])
def test_floats_are_not_tried(kind):
    assert not depends_on_type(_scale_bytes, _X.astype(kind))


@pytest.mark.parametrize(
    "make",
    [
        ScalePixels,
        lambda: StandardizeFeatures((1.0, 2.0), (3.0, 4.0)),
        lambda: keras.Sequential([keras.layers.Embedding(256, 3)]),
        lambda: keras.Sequential([keras.layers.Rescaling(1 / 255), _dense()]),
        lambda: keras.Sequential([_dense(dtype="mixed_bfloat16")]),
        lambda: keras.Sequential([keras.layers.IntegerLookup(vocabulary=[3, 7])]),
    ],
    ids=["pixels", "features", "ids", "dense", "bfloat16", "integers alone"],
)
@pytest.mark.parametrize("kind", [np.uint8, np.int64])
def test_models_of_numbers(make, kind):
    assert not depends_on_type(make(), _X.astype(kind))


def _dense(**named):
    return keras.layers.Dense(3, **named)


def test_random_models_tell_nothing():
    rng = np.random.default_rng(0)
    assert not depends_on_type(lambda x: x + rng.normal(size=x.shape), _X)


def test_numbers_that_single_precision_rounds_are_another_matter():
    large = np.array([[2**24 + 1]])
    assert not depends_on_type(lambda x: x.astype(np.float64) - 2**24, large)
