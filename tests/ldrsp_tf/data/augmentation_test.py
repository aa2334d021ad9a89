import numpy as np
import pytest
import tensorflow as tf

from ldrsp_tf.data.augmentation import in_turn, pad_images, random_crop_and_mirror

_HEIGHT, _WIDTH, _SIZE = 6, 8, 5  # 2 first rows, 4 first columns
_SEED = tf.constant([3, 4])


def _batch(rows=200, height=_HEIGHT, width=_WIDTH):
    """Makes images of which no two pixels are alike, and masks of the same pixels."""
    pixels = np.arange(rows * height * width, dtype=np.float32)
    pixels = pixels.reshape(rows, height, width, 1)
    x = np.concatenate([pixels, pixels + 0.25, pixels + 0.5], -1)
    return tf.constant(x), tf.constant(np.concatenate([pixels, -pixels], -1))


def _windows(image, size, mirror):
    """Returns every crop of an image, by first row, first column and mirroring."""
    found = {}
    for row in range(image.shape[0] - size + 1):
        for column in range(image.shape[1] - size + 1):
            window = image[row : row + size, column : column + size]
            found[row, column, False] = window
            if mirror:
                found[row, column, True] = window[:, ::-1]
    return found


def _places(x, y, cut_x, cut_y, size, mirror=True):
    """Finds the window of each crop, which is the same one in image and mask."""
    places = []
    for image, mask, crop, crop_mask in zip(*(t.numpy() for t in (x, y, cut_x, cut_y))):
        masks = _windows(mask, size, mirror)
        found = [
            place
            for place, window in _windows(image, size, mirror).items()
            if np.array_equal(window, crop)
        ]
        assert len(found) == 1
        np.testing.assert_array_equal(masks[found[0]], crop_mask)
        places.append(found[0])
    return places


def test_every_crop_is_a_window_of_image_and_mask_and_every_window_occurs():
    x, y = _batch()
    cut = random_crop_and_mirror(_SIZE)(x, y, _SEED)
    assert cut[0].shape == (200, _SIZE, _SIZE, 3)
    assert cut[1].shape == (200, _SIZE, _SIZE, 2)
    places = _places(x, y, *cut, _SIZE)
    # 16 windows: each is expected 12.5 times, with a standard deviation of 3.4.
    for row in range(2):
        for column in range(4):
            for mirrored in (False, True):
                assert 1 <= places.count((row, column, mirrored)) <= 30


def test_padding_continues_an_image_by_the_pixels_before_its_edges():
    row = tf.reshape(tf.constant([1.0, 2.0, 3.0]), [1, 1, 3, 1])
    image = tf.concat([row, 10.0 * row], 1)
    expected = [[2, 1, 1, 2, 3, 3, 2], [20, 10, 10, 20, 30, 30, 20]]
    padded = pad_images(image, 2)[0, :, :, 0]
    np.testing.assert_array_equal(padded[2:4], expected)
    # Two rows, continued: the second, the first; then the second, the first again.
    np.testing.assert_array_equal(padded[:2], expected[::-1])
    np.testing.assert_array_equal(padded[4:], expected[::-1])
    assert pad_images(image, 0) is image


def test_crops_of_padded_images_are_windows_of_them():
    x, y = _batch()
    size = _WIDTH  # Larger than the height of an image, but for its padding.
    cut = random_crop_and_mirror(size, mirror=False, padding=2)(x, y, _SEED)
    padded = pad_images(x, 2).numpy(), pad_images(y, 2).numpy()
    places = set()
    for image, mask, crop, crop_mask in zip(*padded, *(part.numpy() for part in cut)):
        windows = _windows(image, size, mirror=False)
        (place,) = (p for p in windows if np.array_equal(windows[p], crop))
        masks = _windows(mask, size, mirror=False)
        np.testing.assert_array_equal(masks[place], crop_mask)
        places.add(place[:2])
    assert places == set(np.ndindex(3, 5))


def test_offsets_and_mirroring_are_drawn_apart_for_every_example():
    x, y = _batch(400)
    places = np.array(_places(x, y, *random_crop_and_mirror(_SIZE)(x, y, _SEED), _SIZE))
    # Four standard deviations of a correlation of 400 independent pairs: 0.2.
    correlations = np.corrcoef(places.T.astype(float))[np.triu_indices(3, 1)]
    assert np.abs(correlations).max() < 0.2
    # One example is not like the next.
    assert np.mean(np.any(places[1:] != places[:-1], 1)) > 0.2


def test_without_mirroring_no_crop_is_mirrored():
    x, y = _batch()
    cut = random_crop_and_mirror(_SIZE, mirror=False)(x, y, _SEED)
    places = _places(x, y, *cut, _SIZE)
    assert {place[:2] for place in places} == set(np.ndindex(2, 4))
    assert not any(mirrored for *_, mirrored in places)


def test_a_crop_of_the_whole_image_is_the_image_or_its_mirror_image():
    x, y = _batch(40, 5, 5)
    cut = random_crop_and_mirror(5)(x, y, _SEED)
    assert set(_places(x, y, *cut, 5)) == {(0, 0, False), (0, 0, True)}
    same_x, same_y = random_crop_and_mirror(5, mirror=False)(x, y, _SEED)
    np.testing.assert_array_equal(same_x, x)
    np.testing.assert_array_equal(same_y, y)


def test_crops_are_a_function_of_the_seed():
    x, y = _batch(40)
    augment = random_crop_and_mirror(_SIZE)
    first, again, other = (
        augment(x, y, tf.constant(s))[0] for s in ([1, 2],) * 2 + ([1, 3],)
    )
    np.testing.assert_array_equal(first, again)
    assert np.any(first != other)


@pytest.mark.parametrize("rows", [None, 12])
def test_crops_are_the_same_in_a_compiled_function(rows, compiled_augmentation):
    x, y = _batch(12)
    augment = random_crop_and_mirror(_SIZE)
    cut, shapes = compiled_augmentation(augment, x, y, _SEED, rows)
    for part, expected in zip(cut, augment(x, y, _SEED)):
        np.testing.assert_array_equal(part, expected)
    # Networks are built from these: only the number of rows may be unknown.
    assert shapes == [[rows, _SIZE, _SIZE, 3], [rows, _SIZE, _SIZE, 2]]


def test_changes_in_turn_act_one_after_the_other_with_draws_of_their_own():
    def add_draw(x, y, seed):
        draw = tf.random.stateless_uniform([], seed)
        return x + draw, y - draw

    def double(x, y, seed):
        del seed
        return 2 * x, 3 * y

    zero = tf.zeros([1])
    x, y = in_turn(add_draw, double)(zero, zero, _SEED)
    np.testing.assert_allclose(x / 2, -y / 3)
    draws = in_turn(add_draw, lambda x, y, seed: (x, add_draw(zero, zero, seed)[0]))
    first, second = draws(zero, zero, _SEED)
    assert first[0] != second[0]
