import numpy as np
import pytest
import tensorflow as tf

from ldrsp_tf.data.augmentation import random_affine
from ldrsp_tf.errors import UsageError

_SEED = tf.constant([3, 4])


def _blobs(rows, side=33):
    """Makes images `[rows, side, side, 3]` and masks of a blob right of the center."""
    middle = side // 2
    row, column = np.mgrid[:side, :side]
    blob = np.exp(-((row - middle) ** 2 + (column - middle - 8) ** 2) / 8.0)
    x = np.repeat(blob[None, :, :, None], rows, 0).astype(np.float32)
    mask = x > 0.5
    y = np.concatenate([~mask, mask], -1).astype(np.float32)
    return tf.constant(np.repeat(x, 3, -1)), tf.constant(y)


def _centers(maps):
    """Returns row and column of each center of mass, from the middle, `[B, 2]`."""
    maps = np.asarray(maps, np.float64)
    middle = maps.shape[1] // 2
    total = maps.sum((1, 2))
    places = np.arange(maps.shape[1]) - middle
    return np.stack(
        [
            (maps.sum(2) * places).sum(1) / total,
            (maps.sum(1) * places).sum(1) / total,
        ],
        1,
    )


def test_a_map_of_no_extent_leaves_image_and_mask():
    x, y = _blobs(2)
    same_x, same_y = random_affine()(x, y, _SEED)
    np.testing.assert_allclose(same_x, x, atol=1e-5)
    np.testing.assert_array_equal(same_y, y)


def test_rotations_keep_the_distance_and_turn_to_both_sides_within_the_bound():
    x, y = _blobs(200)
    turned, masks = random_affine(rotation=30.0)(x, y, _SEED)
    centers = _centers(turned[..., 0])
    np.testing.assert_allclose(np.hypot(*centers.T), 8.0, atol=0.2)
    angles = np.degrees(np.arctan2(*centers.T))
    assert -30.5 < angles.min() < -20 and 20 < angles.max() < 30.5
    # The mask goes where its image goes, to half a pixel.
    np.testing.assert_allclose(_centers(masks[..., 1]), centers, atol=0.5)


def test_scaling_makes_larger_and_smaller_by_the_same_factor_at_most():
    x, y = _blobs(200)
    scaled, _ = random_affine(scaling=0.25)(x, y, _SEED)
    distances = _centers(scaled[..., 0])
    np.testing.assert_allclose(distances[:, 0], 0.0, atol=0.1)
    factors = distances[:, 1] / 8.0
    assert 0.79 < factors.min() < 0.85 and 1.18 < factors.max() < 1.27
    # As often to one side as to the other: 200 draws, four standard deviations.
    assert abs(np.mean(factors > 1.0) - 0.5) < 0.15


def test_shear_moves_rows_along_and_leaves_the_middle_one():
    side = 33
    x = np.zeros((50, side, side, 3), np.float32)
    x[:, :, side // 2] = 1.0  # An upright line.
    y = np.concatenate([1 - x[..., :1], x[..., :1]], -1)
    sheared, _ = random_affine(shear=0.5)(tf.constant(x), tf.constant(y), _SEED)
    columns = np.argmax(sheared[..., 0], 2) - side // 2
    np.testing.assert_array_equal(columns[:, side // 2], 0)
    slopes = (columns[:, side // 2 + 8] - columns[:, side // 2 - 8]) / 16
    assert -0.55 < slopes.min() < -0.3 and 0.3 < slopes.max() < 0.55


def test_masks_stay_one_hot_and_of_their_type():
    x, y = _blobs(20)
    for kind in (tf.uint8, tf.float32):
        changed, masks = random_affine(20.0, 0.2, 0.2)(x, tf.cast(y, kind), _SEED)
        assert masks.dtype == kind and changed.dtype == tf.float32
        np.testing.assert_array_equal(np.sum(masks, -1), 1)
        assert set(np.unique(masks)) == {0, 1}


def test_what_comes_from_beyond_an_edge_is_the_image_mirrored_there():
    x = tf.fill([8, 9, 9, 3], 0.5)
    y = tf.one_hot(tf.ones([8, 9, 9], tf.int32), 2)
    changed, masks = random_affine(45.0, 0.5, 0.5)(x, y, _SEED)
    np.testing.assert_allclose(changed, 0.5, atol=1e-6)
    np.testing.assert_array_equal(masks, y)


def test_maps_are_a_function_of_the_seed_and_differ_between_examples():
    x, y = _blobs(6)
    augment = random_affine(10.0, 0.2, 0.1)
    first, again, other = (
        augment(x, y, tf.constant(s))[0] for s in ([1, 2],) * 2 + ([1, 3],)
    )
    np.testing.assert_array_equal(first, again)
    assert np.any(first != other)
    assert all(np.any(first[0] != image) for image in first[1:])


@pytest.mark.parametrize("rows", [None, 4])
def test_maps_are_the_same_in_a_compiled_function(rows, compiled_augmentation):
    x, y = _blobs(4, 9)
    augment = random_affine(10.0, 0.2, 0.1)
    changed, shapes = compiled_augmentation(augment, x, y, _SEED, rows)
    for part, expected in zip(changed, augment(x, y, _SEED)):
        np.testing.assert_allclose(part, expected, atol=1e-6)
    assert shapes == [[rows, 9, 9, 3], [rows, 9, 9, 2]]


@pytest.mark.parametrize("name", ["rotation", "scaling", "shear"])
def test_a_negative_extent_is_refused(name):
    with pytest.raises(UsageError, match=name):
        random_affine(**{name: -0.1})
