import io
import pathlib
import warnings

import numpy as np
import pytest
from PIL import Image

from datasets.errors import DataError
from datasets.images.rgb import DarkImageWarning, count_dark_images, decode_image

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


@pytest.mark.parametrize(
    ("brightest", "bits", "factor"),
    [(4095, 12, 16), (2048, 12, 16), (1023, 10, 64), (255, 8, 256), (1, 8, 256)],
)
@pytest.mark.parametrize("kind", ["PNG", "TIFF"])
def test_greys_of_fewer_bits_in_a_file_of_16_are_told(kind, brightest, bits, factor):
    greys = np.linspace(0, brightest, 24).reshape(4, 6).astype(np.uint16)
    match = (
        rf"made\.png has 16 bits, but no gray above {brightest:,} of 65,535, as in "
        rf"images of {bits} bits: .* multiply the grays of all images by {factor}$"
    )
    with pytest.warns(DarkImageWarning, match=match):
        decoded, _ = _decode(greys, kind=kind)
    np.testing.assert_array_equal(decoded[..., 0], np.rint(greys / 257))


@pytest.mark.parametrize("channels", [3, 4])
def test_colours_of_12_bits_in_a_file_of_16_are_told(recwarn, channels, png_of_16_bits):
    pixels = np.linspace(0, 4095, 24 * channels).reshape(4, 6, channels)
    pixels[..., 3:] = 65535
    with pytest.warns(DarkImageWarning, match="no gray above 4,095 .* by 16$"):
        decoded, _ = decode_image(png_of_16_bits(pixels), _PATH, None)
    assert decoded.max() == 15
    decode_image(png_of_16_bits(pixels * 2), _PATH, None)
    assert not recwarn.list


@pytest.mark.parametrize("brightest", [0, 4096, 65535])
def test_other_greys_of_16_bits_are_no_cause_for_a_warning(recwarn, brightest):
    _decode(np.full((4, 6), brightest, np.uint16))
    assert not recwarn.list


def test_dark_images_of_a_folder_are_counted():
    with pytest.warns(UserWarning) as caught, count_dark_images():
        for _ in range(3):
            _decode(np.full((4, 6), 99, np.uint16))
        warnings.warn("another", stacklevel=1)
    other, dark = (str(warning.message) for warning in caught)
    assert other == "another"
    assert dark.startswith("made.png has") and dark.endswith(" (and 2 more)")


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
