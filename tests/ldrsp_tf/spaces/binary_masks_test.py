import numpy as np
import tensorflow as tf

from ldrsp_tf.methods import DVN, LDRSP_PLUS
from ldrsp_tf.models import ValueNetwork
from ldrsp_tf.refinement import refine
from ldrsp_tf.spaces import SPACES, BinaryMaskSpace


def _masks(foreground):
    foreground = tf.constant(foreground, tf.float32)
    return tf.stack([1.0 - foreground, foreground], -1)


def test_the_oracle_is_the_foregrounds_iou_by_min_and_max():
    # Minima 0.5 + 0 + 0.2, maxima 1 + 0.5 + 0.2, of pixels that are no background.
    y, y_true = _masks([[[0.5, 0.5, 0.2]]]), _masks([[[1.0, 0.0, 0.2]]])
    value = BinaryMaskSpace().oracle(y, y_true)
    np.testing.assert_allclose(value, [0.7 / 1.7], rtol=1e-6)


def test_the_oracle_of_empty_masks_is_one():
    empty = _masks(np.zeros((2, 3, 3)))
    np.testing.assert_array_equal(BinaryMaskSpace().oracle(empty, empty), [1.0, 1.0])


def test_a_walk_begins_at_the_empty_mask():
    space = BinaryMaskSpace()
    logits = space.initial_logits((4, 4, 2))(tf.zeros([3, 4, 4, 3]))
    empty = _masks(np.zeros((3, 4, 4)))
    # On some processors the softmax misses 1 by its last digit.
    for start in (space.activation(logits), space.initial_output(1.0 - empty)):
        np.testing.assert_allclose(start, empty, atol=2**-23)


def test_the_walk_is_that_of_one_channel_in_the_box_with_half_the_step():
    rng = np.random.default_rng(0)
    weights = tf.constant(rng.normal(size=(2, 3, 3)), tf.float32)
    start = tf.constant(rng.uniform(size=(2, 3, 3)), tf.float32)

    def score(foreground):
        return tf.reduce_sum(weights * foreground + foreground**2, [1, 2])

    keywords = {"steps": 3, "normalized": False}
    one_channel = refine(score, start, step_size=0.1, **keywords)
    masks = refine(
        lambda y: score(y[..., 1]),
        _masks(start),
        step_size=0.2,
        project=BinaryMaskSpace().project,
        **keywords,
    )
    np.testing.assert_allclose(masks, _masks(one_channel), atol=1e-6)
    assert np.any(one_channel == 0.0) and np.any(one_channel == 1.0)


def test_there_are_two_classes(refused):
    with refused("have 3 classes; a BinaryMaskSpace has background and foreground"):
        space = BinaryMaskSpace("pixel_accuracy")
        space.check_outputs(np.eye(3)[np.zeros((1, 4, 4), int)], "training data")


def test_its_discriminator_has_one_score_a_mask():
    space = BinaryMaskSpace()
    network = space.default_discriminator((10, 14, 1), (10, 14, 2), DVN)
    assert isinstance(network, ValueNetwork)
    assert network.window == 8
    y = tf.zeros([3, 10, 14, 2])
    assert network((tf.zeros([3, 10, 14, 1]), y)).shape == (3,)
    assert space.oracle(y, y).shape == (3,)


def test_other_inputs_need_a_discriminator_of_the_users(refused):
    with refused("discriminator of your own"):
        BinaryMaskSpace().default_discriminator((7,), (8, 8, 2), LDRSP_PLUS)


def test_a_saved_refiner_may_name_the_space():
    space = BinaryMaskSpace("pixel_accuracy", "box")
    made = SPACES[type(space).__name__](**space.arguments)
    assert (made.metric_name, made.projection) == ("pixel_accuracy", "box")
