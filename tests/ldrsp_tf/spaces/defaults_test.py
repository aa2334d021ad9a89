import dataclasses

import keras
import numpy as np
import pytest
import tensorflow as tf

from ldrsp_tf.errors import UsageError
from ldrsp_tf.methods import LDRSP, LDRSP_PLUS, METHODS, SPEN, WGAN_GP
from ldrsp_tf.settings import TrainingSettings
from ldrsp_tf.spaces.binary_masks import BinaryMaskSpace
from ldrsp_tf.spaces.class_maps import ClassMapSpace
from ldrsp_tf.spaces.tags import TagSpace

_ADVERSARIAL = ("gan", "lsgan", "wgan_gp", "ebgan")
_TAGS = (7,), (5,)
_MAPS = (8, 16, 1), (8, 16, 4)


def _examples(shapes):
    return tuple(tf.fill([3, *shape], 0.25) for shape in shapes)


def _mean_value(y, y_true):
    return tf.reduce_mean(y * y_true, [1, 2, 3])


@pytest.mark.parametrize(
    ("space", "y", "value"),
    [
        # Tags are decided before they are compared; class vectors are not.
        (TagSpace(), [[0.9, 0.6, 0.4, 0.1, 0.0]], 2 / 3),
        (ClassMapSpace(), [[[[0.7, 0.1, 0.1, 0.1]]]], 0.7),
    ],
)
def test_the_oracle_of_ldrsp_plus_reads_tags_decided_and_maps_relaxed(space, y, value):
    y = tf.constant(y)
    y_true = tf.one_hot([0], y.shape[-1], dtype=tf.float32)
    y_true = tf.reshape(y_true, y.shape)
    oracle = space.oracle_of(LDRSP_PLUS, space.default_settings(LDRSP_PLUS))
    assert tf.squeeze(oracle(y, y_true)).numpy() == pytest.approx(value)


@pytest.mark.parametrize("method", METHODS.values(), ids=list(METHODS))
@pytest.mark.parametrize("space", [TagSpace(), ClassMapSpace()])
def test_settings_have_as_many_shares_as_the_method_has_sources(space, method):
    shares = space.default_settings(method).source_shares
    assert shares is None or len(shares) == len(method.sources)


@pytest.mark.parametrize(
    ("space", "method", "expected"),
    [
        *[(TagSpace(), name, 0.1) for name in (*_ADVERSARIAL, "auto")],
        *[(ClassMapSpace(), name, 0.1) for name in _ADVERSARIAL],
        *[(TagSpace(), name, None) for name in ("ldrsp", "ldrsp_plus")],
        *[(ClassMapSpace(), name, None) for name in ("ldrsp_plus", "auto")],
    ],
)
def test_a_score_without_a_scale_has_a_share_of_the_gradient(space, method, expected):
    settings = space.default_settings(METHODS[method])
    assert settings.adversarial_share == expected


def test_masks_walk_in_replay_chains():
    assert ClassMapSpace().default_settings(LDRSP_PLUS).source_shares[2] > 0.5


def test_grids_have_the_gradient_that_the_samples_have_or_the_tables_found():
    assert not TagSpace().default_grid().normalized
    assert ClassMapSpace().default_grid().normalized


def test_the_discriminator_of_tags_scores_examples():
    discriminator = TagSpace().default_discriminator(*_TAGS, LDRSP_PLUS)
    assert discriminator(_examples(_TAGS)).shape == (3,)


def test_the_discriminator_of_maps_scores_pixels():
    discriminator = ClassMapSpace().default_discriminator(*_MAPS, LDRSP_PLUS)
    assert discriminator(_examples(_MAPS)).shape == (3, 8, 16)
    assert discriminator.head == "bilinear"


def test_the_discriminator_of_maps_with_one_value_scores_examples():
    space = ClassMapSpace(oracle=_mean_value)
    discriminator = space.default_discriminator(*_MAPS, LDRSP_PLUS)
    assert discriminator(_examples(_MAPS)).shape == (3,)


def test_the_discriminator_of_an_oracle_of_the_users_has_no_head_of_eq_11():
    space = ClassMapSpace(oracle=lambda y, y_true: y[..., 0] * y_true[..., 0])
    discriminator = space.default_discriminator(*_MAPS, LDRSP_PLUS)
    assert discriminator.head == "sigmoid"
    assert discriminator(_examples(_MAPS)).shape == (3, 8, 16)


@pytest.mark.parametrize(
    ("space", "shapes", "method"),
    [
        (ClassMapSpace(), _MAPS, WGAN_GP),
        (ClassMapSpace(oracle=_mean_value), _MAPS, WGAN_GP),
        (BinaryMaskSpace(), ((8, 16, 1), (8, 16, 2)), WGAN_GP),
        (TagSpace(), _TAGS, WGAN_GP),
        (TagSpace(), _TAGS, dataclasses.replace(WGAN_GP, decides=True)),
    ],
)
def test_a_critic_scores_each_example_by_itself_without_bounds(space, shapes, method):
    critic = space.default_discriminator(*shapes, method)
    x, y = (tf.random.stateless_uniform([4, *shape], [0, 1]) for shape in shapes)

    def scores(rows, training=True):
        features = critic.features(x[:rows], training)
        return critic.logits(features, y[:rows], training).numpy()

    scores(4)
    for layer in critic._flatten_layers():
        if isinstance(layer, keras.layers.Dropout):
            layer.rate = 0.0  # Of each example by itself, but at random.
        for weight in layer.trainable_variables:
            weight.assign(tf.abs(weight) + 1.0)
    np.testing.assert_allclose(scores(4)[:2], scores(2), rtol=1e-5)
    assert np.abs(scores(4)).max() > 100.0


@pytest.mark.parametrize(
    ("space", "x_shape", "expected"),
    [
        (TagSpace(), (7,), 1024),
        (TagSpace(), (8, 16, 3), 20),
        (TagSpace(), (50, 12), 20),
        (ClassMapSpace(), (8, 16, 3), 20),
        (ClassMapSpace(), (7,), 20),
    ],
)
def test_images_and_maps_are_predicted_by_batches_of_the_training(
    space, x_shape, expected
):
    assert space.predict_batch_size(20, x_shape) == expected


@pytest.mark.parametrize(
    ("space", "x_shape", "y_shape", "match"),
    [
        (TagSpace(), (4, 4, 1), (5,), r"features \[N, F\]"),
        (ClassMapSpace(), (7,), (8, 16, 4), r"images \[N, H, W, "),
    ],
)
def test_other_inputs_need_a_discriminator_of_the_users(space, x_shape, y_shape, match):
    with pytest.raises(UsageError, match=f"discriminator of your own.*{match}"):
        space.default_discriminator(x_shape, y_shape, LDRSP_PLUS)


@pytest.mark.parametrize(
    ("space", "y", "y_true", "value"),
    [
        # Squared errors 0.09 + 0.25; for maps in the one pixel there is.
        (TagSpace(), [[0.7, 0.5]], [[1.0, 0.0]], [1.0 - 0.34]),
        (ClassMapSpace(), [[[[0.7, 0.5]]]], [[[[1.0, 0.0]]]], [[[1.0 - 0.34]]]),
        # A custom oracle stands above the method's task loss.
        (TagSpace(lambda y, t: y[:, 0] * t[:, 0]), [[0.7, 0.5]], [[1.0, 0.0]], [0.7]),
    ],
)
def test_the_margin_of_spen_is_a_sum_of_squares(space, y, y_true, value):
    target = space.target_of(SPEN, TrainingSettings())
    np.testing.assert_allclose(
        target(tf.constant(y), tf.constant(y_true)), value, rtol=1e-6
    )


def test_the_target_of_a_method_without_a_task_loss_is_its_oracle():
    y, y_true = tf.constant([[0.7, 0.4]]), tf.constant([[1.0, 0.0]])
    for method in (LDRSP, LDRSP_PLUS):
        oracle = TagSpace().oracle_of(method, TrainingSettings())
        target = TagSpace().target_of(method, TrainingSettings())
        np.testing.assert_array_equal(target(y, y_true), oracle(y, y_true))


def test_spen_on_tags_walks_on_logits_along_an_energy_with_entropy():
    space = TagSpace()
    assert space.move_of(LDRSP) is None
    moved = space.move_of(SPEN)(tf.constant([[0.5]]), tf.math.log([[3.0]]))
    np.testing.assert_allclose(moved, [[0.75]], rtol=1e-6)
    assert space.default_discriminator(*_TAGS, SPEN).entropy
    assert not space.default_discriminator(*_TAGS, LDRSP).entropy
    assert not space.default_settings(SPEN).sampling.normalized_gradient


def test_logits_of_maps_are_moved_within_the_simplex():
    y = tf.constant([[[[0.5, 0.5]]]])
    moved = ClassMapSpace().move_of(SPEN)(y, tf.math.log([[[[3.0, 1.0]]]]))
    np.testing.assert_allclose(moved, [[[[0.75, 0.25]]]], rtol=1e-6)
