import numpy as np
import pytest

from datasets.errors import DataError
from datasets.lfw_parts import part_masks


def _ppm(pixels):
    height, width, _ = pixels.shape
    return b"P6 %d %d 255\n" % (width, height) + pixels.astype(np.uint8).tobytes()


@pytest.fixture
def pixels():
    """Makes a background with one pixel of skin and one of hair."""
    pixels = np.zeros([250, 250, 3], np.uint8)
    pixels[..., 2] = 255
    pixels[3, 4] = (0, 255, 0)
    pixels[5, 6] = (255, 0, 0)
    return pixels


def test_colours_become_class_ids(pixels):
    mask = part_masks.decode(_ppm(pixels), "made.ppm")
    assert part_masks.CLASSES[mask[3, 4]] == "skin"
    assert part_masks.CLASSES[mask[5, 6]] == "hair"
    assert part_masks.CLASSES[mask[0, 0]] == "background"
    assert mask.sum() == 1 + 2
    assert mask.shape == (250, 250)
    assert mask.dtype == np.uint8


@pytest.mark.parametrize(
    "colour",
    [(0, 0, 0), (255, 255, 255), (255, 255, 0), (254, 0, 0), (0, 0, 254), (0, 255, 1)],
)
def test_any_other_colour_is_named_with_its_place(pixels, colour):
    pixels[17, 42] = colour
    with pytest.raises(DataError) as error:
        part_masks.decode(_ppm(pixels), "made.tgz: made.ppm")
    message = str(error.value)
    assert f"made.tgz: made.ppm has the colour {colour} in row 17, column 42" in message


def test_another_size_is_named(pixels):
    with pytest.raises(DataError, match=r"made\.ppm is a picture of 250x249 pixels"):
        part_masks.decode(_ppm(pixels[1:]), "made.ppm")
