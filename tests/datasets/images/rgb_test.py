import io
import pathlib

import numpy as np
import pytest
from PIL import Image

from datasets.errors import DataError
from datasets.images.rgb import decode_image

_PATH = pathlib.Path("made.png")
_COLOURS = np.random.default_rng(0).integers(0, 256, (4, 6, 3), dtype=np.uint8)
_GREYS = _COLOURS[..., 0]


def _decode(image, size=None, kind="PNG", **options):
    file = io.BytesIO()
    if isinstance(image, np.ndarray):
        image = Image.fromarray(image)
    image.save(file, kind, **options)
    return decode_image(file.getvalue(), _PATH, size)


def test_colours_stay_as_they_are():
    decoded, original = _decode(_COLOURS)
    np.testing.assert_array_equal(decoded, _COLOURS)
    assert (decoded.dtype, original) == (np.uint8, (4, 6))


def test_greys_become_three_channels():
    decoded, _ = _decode(_GREYS)
    np.testing.assert_array_equal(decoded, _GREYS[..., None].repeat(3, 2))


@pytest.mark.parametrize("kind", ["PNG", "TIFF"])
def test_greys_of_16_bits_are_scaled(kind):
    decoded, _ = _decode(_GREYS.astype(np.uint16) * 257, kind=kind)
    np.testing.assert_array_equal(decoded, _GREYS[..., None].repeat(3, 2))


def test_a_palette_has_its_colours():
    image = Image.fromarray(_COLOURS).quantize(256)
    np.testing.assert_array_equal(_decode(image)[0], image.convert("RGB"))


def test_transparent_pixels_are_laid_over_white():
    alpha = np.full((4, 6, 1), 255, np.uint8)
    alpha[0], alpha[1] = 0, 127
    decoded, _ = _decode(np.concatenate([_COLOURS, alpha], 2))
    assert (decoded[0] == 255).all()
    half = (_COLOURS[1] * 127.0 + 255 * 128) / 255
    np.testing.assert_allclose(decoded[1], half, atol=1)
    np.testing.assert_array_equal(decoded[2:], _COLOURS[2:])


def test_the_transparent_colour_of_a_palette_is_laid_over_white():
    image = Image.fromarray(np.uint8([[0, 1]]), "P")
    image.putpalette([10, 20, 30, 40, 50, 60])
    decoded, _ = _decode(image, transparency=0)
    np.testing.assert_array_equal(decoded, [[[255, 255, 255], [40, 50, 60]]])


def test_shrinking_takes_every_pixel_into_account():
    fine = np.indices((64, 96)).sum(0) % 2 * 255  # Sampled points would be 0 or 255.
    decoded, original = _decode(fine.astype(np.uint8), (16, 8))
    assert (decoded.shape, original) == ((16, 8, 3), (64, 96))
    assert np.abs(decoded.astype(int) - 127).max() < 20


def test_small_images_grow():
    assert _decode(_COLOURS, (12, 9))[0].shape == (12, 9, 3)


@pytest.mark.parametrize("pixels", [np.float32([[0.5]]), np.int32([[70000]])])
def test_more_than_16_bits_are_refused(pixels):
    with pytest.raises(DataError, match=r"made\.png has pixels of more than 16 bits"):
        _decode(pixels, kind="TIFF")
