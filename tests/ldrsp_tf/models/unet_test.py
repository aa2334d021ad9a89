import numpy as np
import pytest
import tensorflow as tf

from ldrsp_tf.models.unet import UNetBody


def _first(side=8, width=4):
    """Makes the first convolution's result."""
    return tf.random.stateless_normal([2, side, side, width], [0, 1])


def _weights_by_hand(outputs, width, depth):
    """Counts kernels and biases of every convolution, without batch normalization."""

    def convolution(side, inputs, channels):
        return side * side * inputs * channels + channels

    total = convolution(3, width, width) + convolution(1, width, outputs)
    for level in range(depth):
        fine, coarse = width * 2**level, width * 2 ** (level + 1)
        total += convolution(3, fine, coarse) + convolution(3, coarse, coarse)  # down
        total += convolution(2, coarse, fine)  # up
        total += convolution(3, 2 * fine, fine) + convolution(3, fine, fine)  # merged
    return total


@pytest.mark.parametrize(("batch_norm", "outputs"), [(False, 1), (True, 3)])
def test_gives_logits_for_every_pixel(batch_norm, outputs):
    body = UNetBody(outputs, 4, batch_norm)
    for side in (8, 24, 32):
        logits = body(_first(side))
        assert logits.shape == (2, side, side, outputs)
        assert np.ptp(logits) > 0.0


def test_number_of_weights():
    body = UNetBody(2, 4, batch_norm=False)
    body(_first())
    assert body.count_params() == _weights_by_hand(2, 4, depth=3)
    assert body.stride == 8


def test_a_pixel_sees_far_through_the_deep_levels_and_near_through_the_skips():
    body, x = UNetBody(1, 4, batch_norm=False), _first(32)

    def reach():
        """Returns the furthest pixel that changes the first one."""
        with tf.GradientTape() as tape:
            tape.watch(x)
            corner = body(x)[:, 0, 0]
        reached = np.any(tape.gradient(corner, x) != 0.0, axis=(0, 3))
        return np.max(np.argwhere(reached))

    assert reach() > 16
    for layer in body.up:  # nothing comes up from the coarser levels
        layer.kernel.assign(tf.zeros_like(layer.kernel))
    assert 0 < reach() <= 3  # three convolutions of 3x3
