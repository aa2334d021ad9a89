import numpy as np
import pytest
import tensorflow as tf

from ldrsp_tf.losses import adaptive_weight

# Norms of 5 and 2 over a batch of two.
_SURROGATE = tf.constant([[3.0, 0.0], [0.0, -4.0]])
_ADVERSARIAL = tf.constant([[0.0, 2.0], [0.0, 0.0]])


@pytest.mark.parametrize(("share", "weight"), [(0.0, 0.0), (0.2, 0.5), (1.0, 2.5)])
def test_the_weight_by_hand(share, weight):
    found = adaptive_weight(share, _SURROGATE, _ADVERSARIAL)
    np.testing.assert_allclose(found, weight, rtol=1e-6)


@pytest.mark.parametrize("scale", [1e-3, 1e3])
def test_the_weighted_gradient_has_its_share_whatever_the_scale(scale):
    adversarial = scale * _ADVERSARIAL
    weight = adaptive_weight(0.3, _SURROGATE, adversarial)
    np.testing.assert_allclose(tf.norm(weight * adversarial), 0.3 * 5.0, rtol=1e-5)


def test_maps_have_one_norm_over_all_pixels():
    # 24 entries of 1 and of 2: the weight is a half.
    ones = tf.ones([2, 2, 3, 2])
    np.testing.assert_allclose(adaptive_weight(1.0, ones, 2.0 * ones), 0.5, rtol=1e-6)


def test_the_weight_is_bounded_where_the_adversarial_gradient_vanishes():
    nothing = tf.zeros_like(_ADVERSARIAL)
    assert float(adaptive_weight(1.0, _SURROGATE, nothing)) == 1e4
    assert float(adaptive_weight(1.0, nothing, nothing)) == 0.0


def test_no_gradient_passes_through_the_weight():
    with tf.GradientTape() as tape:
        tape.watch(_SURROGATE)
        weight = adaptive_weight(1.0, _SURROGATE, _ADVERSARIAL)
    assert tape.gradient(weight, _SURROGATE) is None
