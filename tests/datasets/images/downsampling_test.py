import numpy as np
import pytest

from datasets.images import downsampling


def test_an_image_is_averaged_over_fractions_of_pixels():
    image = np.repeat(np.array([[[30], [60], [90]]] * 3), 3, axis=2).astype(np.uint8)
    small = downsampling.shrink_image(image, (2, 2))  # 1.5 pixels each.
    expected = [(30 + 60 / 2) / 1.5, (60 / 2 + 90) / 1.5]
    np.testing.assert_array_equal(small[..., 0], [expected, expected])
    assert small.dtype == np.uint8


def test_no_pixel_is_ignored():
    random = np.random.RandomState(0)
    image = random.randint(0, 256, [250, 250, 3]).astype(np.uint8)
    small = downsampling.shrink_image(image, (32, 32))
    assert small.shape == (32, 32, 3)
    # The mean of equal areas is the mean of all, up to the rounding of each.
    np.testing.assert_allclose(small.mean(axis=(0, 1)), image.mean(axis=(0, 1)), atol=1)


def test_agrees_with_the_areas_of_each_pair_of_pixels():
    random = np.random.RandomState(0)
    image = random.randint(0, 256, [25, 25, 3]).astype(np.uint8)
    edges, pixels = np.arange(9) * 25 / 8, np.arange(25)
    overlap = np.minimum(edges[1:, None], pixels + 1) - np.maximum(
        edges[:-1, None], pixels
    )
    weights = np.maximum(overlap, 0) / (25 / 8)  # [8, 25]
    expected = np.einsum("ia,abc,jb->ijc", weights, image, weights)
    np.testing.assert_allclose(
        downsampling.shrink_image(image, (8, 8)), expected, atol=0.51
    )


def test_the_class_of_the_greatest_area_wins():
    mask = np.array([[0, 1, 1], [0, 2, 1], [2, 2, 1]])
    # Areas of the upper left pixel: 0 has 1.5, 1 has 0.5, 2 has 0.25.
    small = downsampling.shrink_mask(mask, (2, 2), 3)
    np.testing.assert_array_equal(small, [[0, 1], [2, 1]])
    assert small.dtype == np.uint8


def test_of_equal_areas_the_lowest_class_wins():
    mask = np.array([[2, 1], [1, 2]])
    assert downsampling.shrink_mask(mask, (1, 1), 3) == 1


@pytest.mark.parametrize("size", [1, 7, 32, 250])
def test_a_plain_picture_stays_plain(size):
    image = np.full([250, 250, 3], 77, np.uint8)
    assert (downsampling.shrink_image(image, (size, size)) == 77).all()
    mask = np.full([250, 250], 2)
    assert (downsampling.shrink_mask(mask, (size, size), 3) == 2).all()


def test_the_same_size_changes_nothing():
    mask = np.random.RandomState(0).randint(0, 3, [9, 9])
    np.testing.assert_array_equal(downsampling.shrink_mask(mask, (9, 9), 3), mask)


def test_sides_shrink_alone():
    mask = np.array([[0, 0, 1, 1], [2, 2, 1, 1], [2, 2, 0, 1]])
    small = downsampling.shrink_mask(mask, (1, 4), 3)
    np.testing.assert_array_equal(small, [[2, 2, 1, 1]])
    np.testing.assert_array_equal(
        downsampling.shrink_mask(mask, (3, 1), 3).T, [[0, 1, 2]]
    )
    image = np.repeat(mask[..., None], 3, axis=2).astype(np.uint8)
    np.testing.assert_array_equal(
        downsampling.shrink_image(image, (1, 2))[0, :, 0], [1, 1]
    )


def test_a_mask_grows_by_repeating_its_pixels():
    mask = np.random.RandomState(0).randint(0, 3, [3, 5])
    large = downsampling.shrink_mask(mask, (6, 15), 3)
    np.testing.assert_array_equal(large, mask.repeat(2, 0).repeat(3, 1))
