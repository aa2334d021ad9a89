import numpy as np
import pytest

pytest.importorskip("skimage", reason='needs pip install -e ".[superpixels]"')

from datasets.lfw_parts import slic


def _photographs():
    """Makes a disc on a background, and two halves; colours with some noise."""
    rows, columns = np.mgrid[:120, :120]
    disc = np.hypot(rows - 60, columns - 60) < 40
    halves = columns < 55
    shown = np.stack([disc, halves])
    colours = np.where(shown[..., None], [200, 150, 120], [40, 60, 90])
    noise = np.random.default_rng(0).integers(-8, 9, colours.shape)
    return (colours + noise).astype(np.uint8), shown


def test_regions_are_numbered_from_zero_in_every_photograph():
    photographs, _ = _photographs()
    regions = slic.slic_regions(photographs)
    assert regions.shape == (2, 120, 120)
    assert regions.dtype == np.uint16
    for numbers in regions:
        present = np.unique(numbers)
        np.testing.assert_array_equal(present, np.arange(len(present)))
        assert slic.SEGMENTS / 2 < len(present) < 1.2 * slic.SEGMENTS


def _mixed_share(numbers, inside):
    """Returns the fraction of pixels that are not of their region's majority."""
    mean = np.bincount(numbers.ravel(), inside.ravel()) / np.bincount(numbers.ravel())
    return np.mean((mean[numbers] > 0.5) != inside)


def test_regions_keep_to_the_borders_of_colours():
    photographs, shown = _photographs()
    squares = np.add.outer(np.arange(120) // 8 * 15, np.arange(120) // 8)
    (numbers,) = slic.slic_regions(photographs[:1])
    assert _mixed_share(numbers, shown[0]) < 0.6 * _mixed_share(squares, shown[0])


def test_the_same_photograph_gets_the_same_regions():
    photographs, _ = _photographs()
    both = slic.slic_regions(photographs)
    np.testing.assert_array_equal(slic.slic_regions(photographs[1:])[0], both[1])
