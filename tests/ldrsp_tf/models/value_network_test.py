import numpy as np
import pytest
import tensorflow as tf

from ldrsp_tf.models import ValueNetwork


def _pair(side=8, rows=2):
    rng = np.random.default_rng(0)
    x = tf.constant(rng.normal(size=(rows, side, side, 3)), tf.float32)
    foreground = tf.constant(rng.uniform(size=(rows, side, side, 1)), tf.float32)
    return x, tf.concat([1.0 - foreground, foreground], -1)


@pytest.fixture(scope="module")
def model():
    network = ValueNetwork(width=2, window=8)
    network(_pair())
    return network


def test_the_layers_are_those_of_the_original():
    network = ValueNetwork()
    x, y = _pair(24, rows=1)
    assert network((x, y)).shape == (1,)
    shapes = [
        tuple(layer.kernel.shape) for layer in network.body if hasattr(layer, "kernel")
    ]
    # 24 pixels are 6 after two strides: the hidden layer of 384 reads 6 * 6 * 128.
    assert shapes == [
        *((5, 5, 64, 128), (5, 5, 128, 128), (6, 6, 128, 384)),
        *((384, 192), (192, 1)),
    ]


def test_the_first_convolution_is_that_of_image_and_foreground_together(model):
    x, y = _pair()
    together = tf.nn.conv2d(
        tf.concat([x, y[..., 1:]], -1),
        tf.concat([model.first_of_x.kernel, model.first_of_y.kernel], 2),
        strides=1,
        padding="SAME",
    )
    apart = model.features(x) + model.first_of_y(y[..., 1:])
    np.testing.assert_allclose(apart, together + model.first_of_x.bias, atol=1e-5)


def test_the_background_is_not_read(model):
    x, y = _pair()
    features = model.features(x)
    other = tf.concat([tf.zeros_like(y[..., :1]), y[..., 1:]], -1)
    np.testing.assert_array_equal(
        model.logits(features, other), model.logits(features, y)
    )


def test_a_larger_image_has_the_mean_over_its_windows(model):
    # 12 pixels are 3 after two strides: 2 x 2 windows of 2.
    x, y = _pair(12)
    maps = tf.nn.relu(model.features(x) + model.first_of_y(y[..., 1:]))
    for layer in model.body[:2]:
        maps = layer(maps)
    values = []
    for row in (0, 1):
        for column in (0, 1):
            value = maps[:, row : row + 2, column : column + 2]
            for layer in model.body[2:]:
                value = layer(value)
            values.append(tf.reshape(value, [-1]))
    np.testing.assert_allclose(
        model.logits(model.features(x), y), np.mean(values, 0), rtol=1e-4, atol=1e-6
    )


def test_dropout_is_of_training_alone():
    network = ValueNetwork(width=4, window=8, dropout=0.5)
    x, y = _pair()
    features = network.features(x)
    same = [network.logits(features, y).numpy() for _ in range(2)]
    np.testing.assert_array_equal(*same)
    assert not np.allclose(network.logits(features, y, training=True), same[0])


def test_windows_have_to_fit_the_strides_and_the_image(model, refused):
    for window in (10, 0, -4):
        with refused(f"a ValueNetwork is {window} pixels: a multiple of 4 is needed"):
            ValueNetwork(window=window)
    with refused("4 x 4 pixels are smaller than the window of the value network, 8"):
        model.features(_pair(4)[0])
