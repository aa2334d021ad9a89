import numpy as np
import pytest
import tensorflow as tf

from ldrsp_tf.models.fcn import FCNBody, normalization


def _first(side=8, width=4, rows=3):
    """Makes the first convolution's result."""
    return tf.random.stateless_normal([rows, side, side, width], [0, 1])


def _kernels(body):
    """Returns the shapes of the kernels, the first layer's first."""
    return [
        tuple(v.shape) for v in body.trainable_variables if v.path.endswith("kernel")
    ]


@pytest.mark.parametrize(("batch_norm", "outputs"), [(False, 1), (True, 3)])
def test_gives_logits_for_every_pixel(batch_norm, outputs):
    body = FCNBody(outputs, 4, batch_norm)
    for side in (8, 24, 32):
        logits = body(_first(side))
        assert logits.shape == (3, side, side, outputs)
        assert np.min(logits) < 0.0 < np.max(logits)


def test_layers_are_two_convolutions_and_two_deconvolutions_of_5x5():
    body = FCNBody(2, 4, batch_norm=False)
    body(_first())
    # Deconvolutions have their outputs third.
    assert sorted(_kernels(body)) == sorted(
        [(5, 5, 4, 8), (5, 5, 8, 8), (5, 5, 8, 8), (5, 5, 2, 8)]
    )


@pytest.mark.parametrize(
    ("batch_norm", "weights", "trainable"),
    [
        # 5 * 5 * 64 * 128 + 128 = 204,928; twice 5 * 5 * 128 * 128 + 128 = 409,728;
        # 5 * 5 * 128 * 2 + 2 = 6,402.
        (False, 1_030_786, 1_030_786),
        # Without the 3 * 128 biases, with scale and offset, and then mean and variance,
        # of 64 + 3 * 128 channels.
        (True, 1_030_786 - 384 + 4 * 448, 1_030_786 - 384 + 2 * 448),
    ],
)
def test_number_of_weights_of_the_papers_width(batch_norm, weights, trainable):
    body = FCNBody(2, 64, batch_norm)
    body(_first(4, 64, 1))
    assert body.count_params() == weights
    assert sum(int(np.prod(v.shape)) for v in body.trainable_variables) == trainable


def test_a_pixel_is_decided_by_its_surroundings_alone():
    # In steps of 4 pixels and with 5x5 kernels, a far corner is out of reach.
    body, x = FCNBody(1, 4, batch_norm=False), _first(32)
    with tf.GradientTape() as tape:
        tape.watch(x)
        corner = body(x)[:, 0, 0]
    reached = np.any(tape.gradient(corner, x) != 0.0, axis=(0, 3))
    assert reached[0, 0]
    assert not reached[16:].any()
    assert not reached[:, 16:].any()


def test_normalization_in_training_is_over_the_batch():
    layer, x = normalization(True), 3.0 + 2.0 * _first(rows=50)
    normalized = layer(x, training=True)
    np.testing.assert_allclose(np.mean(normalized, (0, 1, 2)), 0.0, atol=1e-4)
    np.testing.assert_allclose(np.std(normalized, (0, 1, 2)), 1.0, atol=1e-2)
    # The averages move a tenth of the way in a step.
    np.testing.assert_allclose(
        layer.moving_mean, 0.1 * np.mean(x, (0, 1, 2)), rtol=1e-4
    )


def test_no_normalization_changes_nothing():
    x = _first()
    np.testing.assert_array_equal(normalization(False)(x, training=True), x)
