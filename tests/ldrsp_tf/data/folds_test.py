import keras
import numpy as np
import pytest
import tensorflow as tf

from ldrsp_tf.data.augmentation import random_affine, random_crop_and_mirror
from ldrsp_tf.data.folds import (
    append_fold_channel,
    assign_folds,
    augment_beside_folds,
)
from ldrsp_tf.errors import UsageError
from ldrsp_tf.models import MLP, fold_channel
from ldrsp_tf.models.adapters import DropFoldChannel
from ldrsp_tf.models.ensembles import CrossFitted
from ldrsp_tf.models.ratio_network import RatioNetwork
from ldrsp_tf.models.segmentation import PatchDiscriminator, SegmentationNetwork
from ldrsp_tf.refiner.refiner import Refiner
from ldrsp_tf.spaces.class_maps import ClassMapSpace
from ldrsp_tf.spaces.tags import TagSpace


@pytest.mark.parametrize(("rows", "folds"), [(10, 2), (11, 3), (5, 5)])
def test_folds_are_as_large_as_each_other_and_a_function_of_the_seed(rows, folds):
    found = assign_folds(rows, folds, seed=3)
    sizes = np.bincount(found, minlength=folds)
    assert len(found) == rows and len(sizes) == folds
    assert sizes.max() - sizes.min() <= 1
    np.testing.assert_array_equal(found, assign_folds(rows, folds, seed=3))


def test_the_seed_decides_which_rows_are_together():
    assert np.any(assign_folds(50, 5, seed=0) != assign_folds(50, 5, seed=1))


@pytest.mark.parametrize(("rows", "folds"), [(10, 1), (3, 4), (1000, 256)])
def test_folds_that_cannot_be_are_refused(rows, folds):
    with pytest.raises(UsageError, match=f"{rows} training rows .* {folds} folds"):
        assign_folds(rows, folds, seed=0)


@pytest.mark.parametrize("shape", [(4, 3), (4, 6, 5, 3)])
@pytest.mark.parametrize("kind", [np.uint8, np.float32])
def test_inputs_carry_their_folds_and_keep_their_type(shape, kind):
    x = np.arange(np.prod(shape)).reshape(shape).astype(kind)
    carried = append_fold_channel(x, np.array([2, 0, 1, 254]))
    assert carried.dtype == kind and carried.shape == (*shape[:-1], 4)
    np.testing.assert_array_equal(fold_channel.without_fold(carried, 3), x)
    folds = fold_channel.fold_of_inputs(tf.cast(carried, tf.float32), 3)
    np.testing.assert_array_equal(folds, [2, 0, 1, 254])
    assert fold_channel.fold_of_inputs(tf.constant(x), 3) is None


def test_a_fold_is_known_again_where_images_were_interpolated():
    carried = np.array([[2.9999998], [1.0000001]], np.float32)
    np.testing.assert_array_equal(fold_channel.fold_of_inputs(carried, 0), [3, 1])


@pytest.mark.parametrize("kind", [bool, np.int8])
def test_a_type_that_is_too_small_for_a_fold_grows(kind):
    carried = append_fold_channel(np.ones((2, 3), kind), np.array([2, 200]))
    np.testing.assert_array_equal(carried, [[1, 1, 1, 2], [1, 1, 1, 200]])


def _constant(value, shape):
    """Makes a model with the same logits for every input."""
    inputs = keras.Input(shape)
    outputs = keras.layers.Dense(
        2,
        kernel_initializer="zeros",
        bias_initializer=keras.initializers.Constant(value),
    )(inputs)
    return keras.Model(inputs, outputs)


@pytest.mark.parametrize("shape", [(3,), (4, 4, 3)])
def test_a_row_is_answered_by_the_member_that_has_not_seen_it(shape):
    model = CrossFitted([_constant(value, shape) for value in (1.0, 2.0, 6.0)], 3)
    x = np.zeros((4, *shape), np.float32)
    logits = model(tf.constant(append_fold_channel(x, np.array([2, 0, 1, 2]))))
    expected = np.array([6.0, 1.0, 2.0, 6.0]).reshape(4, *[1] * len(shape))
    np.testing.assert_array_equal(logits, np.broadcast_to(expected, logits.shape))
    np.testing.assert_array_equal(model(tf.constant(x)), np.full(logits.shape, 3.0))


def test_new_rows_are_answered_by_the_refitted_if_there_are_any():
    members = [_constant(value, (3,)) for value in (1.0, 2.0)]
    model = CrossFitted(members, 3, [_constant(value, (3,)) for value in (5.0, 9.0)])
    x = np.zeros((2, 3), np.float32)
    np.testing.assert_array_equal(model(tf.constant(x)), np.full((2, 2), 7.0))
    carried = tf.constant(append_fold_channel(x, np.array([1, 0])))
    np.testing.assert_array_equal(model(carried), [[2.0, 2.0], [1.0, 1.0]])


@pytest.mark.parametrize("refitted", [0, 2])
def test_all_networks_are_built_by_any_input(tags, refitted):
    model = CrossFitted(
        [MLP(5, (6,)), MLP(5, (6,))], 7, [MLP(5, (6,)) for _ in range(refitted)]
    )
    model(append_fold_channel(tags[0], np.zeros(24, int)))
    assert len(model.variables) == 4 * (2 + refitted)


@pytest.mark.parametrize("refitted", [0, 2])
def test_a_saved_one_gives_the_same_logits(tags, tmp_path, refitted):
    model = CrossFitted(
        [MLP(5, (6,)), MLP(5, (4,))], 7, [MLP(5, (3,)) for _ in range(refitted)]
    )
    expected = model(tags[0])
    model.save(tmp_path / "g.keras")
    loaded = keras.saving.load_model(tmp_path / "g.keras")
    np.testing.assert_array_equal(loaded(tags[0]), expected)
    carried = append_fold_channel(tags[0], np.arange(24) % 2)
    np.testing.assert_array_equal(loaded(carried), model(carried))


def test_a_discriminator_is_not_shown_the_fold(maps):
    x, y = maps
    inner = PatchDiscriminator("fcn", width=2, head="bilinear", batch_norm=False)
    blind = DropFoldChannel(inner, 3)
    carried = append_fold_channel(x, np.arange(len(x)))
    np.testing.assert_array_equal(blind((carried, y)), inner((x, y)))
    np.testing.assert_array_equal(blind((x, y)), inner((x, y)))
    assert blind.can_predict and not blind.is_conditioned
    assert [v.path for v in blind.variables] == [v.path for v in inner.variables]


def _noise(x, y, seed):
    return 0.8 * x + tf.random.stateless_normal(tf.shape(x), seed), y


def _three_channels(x, y, seed):
    return tf.image.rgb_to_hsv(tf.ensure_shape(x, [None, None, None, 3])), y


@pytest.mark.parametrize("augment", [_noise, _three_channels])
def test_an_augmentation_does_not_see_the_folds(augment, maps, compiled_augmentation):
    (x, y), folds = maps, np.array([2, 0, 1, 3, 254, 0, 7, 1])
    seed = tf.constant([3, 5])
    expected, _ = augment(tf.constant(x), y, seed)
    carried = append_fold_channel(x, folds)
    beside = augment_beside_folds(augment, 3)
    (changed, same), shapes = compiled_augmentation(beside, carried, y, seed, None)
    np.testing.assert_array_equal(same, y)
    np.testing.assert_array_equal(fold_channel.fold_of_inputs(changed, 3), folds)
    np.testing.assert_allclose(fold_channel.without_fold(changed, 3), expected, 1e-5)
    assert shapes[0] == [None, 10, 10, 4]


@pytest.mark.parametrize(
    "augment",
    [
        random_crop_and_mirror(8),
        random_crop_and_mirror(10, padding=2),
        random_affine(rotation=20.0, scaling=0.2, shear=0.1),
    ],
)
def test_maps_of_the_pixels_are_the_same_beside_folds(augment, maps):
    x, y = maps
    carried = tf.constant(append_fold_channel(x, np.arange(8)))
    usual = augment(carried, tf.constant(y), tf.constant([3, 5]))
    beside = augment_beside_folds(augment, 3)(carried, tf.constant(y), [3, 5])
    for part, expected in zip(beside, usual):
        np.testing.assert_allclose(part[..., 3:], expected[..., 3:], 1e-5)
        np.testing.assert_array_equal(part[..., :3], expected[..., :3])


# Refiners around cross-fitted generators.


def _cross_fitted(tags, **arguments):
    members = [MLP(5, (6,)) for _ in range(2)]
    for member in members:
        member(tags[0][:1])
    return Refiner(
        CrossFitted(members, 7),
        TagSpace(),
        frozen=True,
        discriminator=RatioNetwork(5, (6,)),
        settings={"batch_size": 8, "sampling": {"inference_steps": 2}},
        grid={"steps": (1, 2), "step_sizes": (0.5,)},
        **arguments,
    )


@pytest.mark.parametrize("augment", [None, _noise])
def test_a_refiner_learns_from_out_of_fold_outputs(augment, tags, monkeypatch, eagerly):
    refiner, folds = _cross_fitted(tags, augment=augment), np.arange(24) % 2
    seen = []
    usual = CrossFitted.call

    def spy(self, x, training=False):
        logits = usual(self, x, training)
        seen.append((x.shape[-1], np.asarray(x), np.asarray(logits)))
        return logits

    monkeypatch.setattr(CrossFitted, "call", spy)
    refiner.fit(tags, tags, epochs=1, folds=folds)
    of_training = [(x, logits) for width, x, logits in seen if width == 8]
    of_validation = [x for width, x, _ in seen if width == 7]
    assert of_training and of_validation
    for x, logits in of_training:
        for row, said in zip(x, logits):
            member = refiner.generator.members[int(row[-1])]
            np.testing.assert_allclose(said, member(row[None, :-1])[0], rtol=1e-5)


@pytest.mark.slow
def test_a_saved_refiner_predicts_the_same(tags, tmp_path):
    refiner = _cross_fitted(tags)
    refiner.fit(tags, tags, epochs=1, folds=np.arange(24) % 2)
    refiner.save(tmp_path / "refiner")
    loaded = Refiner.load(tmp_path / "refiner")
    for ours, theirs in zip(refiner.predict(tags[0])[:3], loaded.predict(tags[0])[:3]):
        np.testing.assert_array_equal(theirs, ours)


@pytest.mark.slow
def test_an_export_predicts_the_same(tags, tmp_path):
    refiner = _cross_fitted(tags)
    refiner.fit(tags, tags, epochs=1, folds=np.arange(24) % 2)
    refiner.export(tmp_path / "exported")
    serve = tf.saved_model.load(tmp_path / "exported").signatures["serving_default"]
    served, predicted = serve(x=tf.constant(tags[0])), refiner.predict(tags[0])
    np.testing.assert_allclose(served["refined"], predicted.refined, atol=1e-6)


@pytest.mark.slow
def test_masks_with_crops_and_replay_chains(maps):
    from ldrsp_tf.prediction.crops import Crops

    x, y = maps
    members = [SegmentationNetwork(2, width=2) for _ in range(2)]
    refiner = Refiner(
        CrossFitted(members, 3),
        ClassMapSpace(),
        frozen=True,
        discriminator=PatchDiscriminator("fcn", width=2, head="bilinear"),
        settings={"batch_size": 4, "source_shares": (0.0, 0.0, 1.0)},
        grid={"steps": (1,), "step_sizes": (2.0,)},
        crops=Crops(8, (0, 2)),
        augment=random_crop_and_mirror(8),
    )
    refiner.fit((x, y), (x, y), epochs=1, folds=np.arange(8) % 2)
    assert refiner.predict(x).refined.shape == y.shape


@pytest.mark.parametrize(
    ("folds", "match"),
    [
        (None, "needs the fold of each training row"),
        (np.zeros(23, int), "The folds of 24 training rows are needed"),
        (np.arange(24), "each a number from 0 to 1"),
    ],
)
def test_folds_that_do_not_fit_are_refused(tags, folds, match):
    with pytest.raises(UsageError, match=match):
        _cross_fitted(tags).fit(tags, tags, epochs=1, folds=folds)


def test_a_share_of_rows_that_members_have_seen_is_no_validation(tags):
    with pytest.raises(UsageError, match="no member of the generator has seen"):
        _cross_fitted(tags).fit(tags, 0.2, epochs=1, folds=np.arange(24) % 2)


def test_members_that_would_be_trained_on_are_refused():
    with pytest.raises(UsageError, match="frozen=True"):
        Refiner(CrossFitted([MLP(5)], 7), TagSpace())


def test_other_generators_have_no_folds(tags, make_refiner):
    with pytest.raises(UsageError, match="no other generator does"):
        make_refiner().fit(tags, tags, epochs=1, folds=np.arange(24) % 2)
