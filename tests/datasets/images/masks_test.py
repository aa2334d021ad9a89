import io
import pathlib

import numpy as np
import pytest
from PIL import Image

from datasets.errors import DataError
from datasets.images.masks import class_ids, decode_values, mask_picture

_PATH = pathlib.Path("masks/a.png")
_IDS = np.random.default_rng(0).integers(0, 3, (5, 7), dtype=np.uint8)


def _decode(image, kind="PNG", **options):
    file = io.BytesIO()
    if isinstance(image, np.ndarray):
        image = Image.fromarray(image)
    image.save(file, kind, **options)
    return decode_values(file.getvalue(), _PATH)


def _with_palette(pixels, *colours):
    image = Image.fromarray(pixels, "P")
    image.putpalette(np.ravel(colours).tolist())
    return image


@pytest.mark.parametrize("kind", ["PNG", "BMP", "GIF", "TIFF"])
@pytest.mark.parametrize("values", [(0, 1, 2), (0, 128, 255), (255, 7, 9)])
def test_greys_are_the_values(kind, values):
    pixels = np.uint8(values)[_IDS]
    np.testing.assert_array_equal(_decode(pixels, kind), pixels)


@pytest.mark.parametrize("kind", ["PNG", "BMP", "GIF", "TIFF"])
def test_one_bit_is_0_and_255(kind):
    pixels = np.uint8([0, 255, 0])[_IDS]
    np.testing.assert_array_equal(_decode(Image.fromarray(pixels > 0), kind), pixels)


def test_16_bits_are_kept():
    pixels = np.uint16([0, 300, 65535])[_IDS]
    np.testing.assert_array_equal(_decode(pixels), pixels)


def test_a_palette_of_colours_has_their_numbers():
    image = _with_palette(_IDS, (0, 0, 0), (128, 0, 0), (0, 128, 0))
    np.testing.assert_array_equal(_decode(image), _IDS)


def test_a_palette_of_greys_has_the_greys():
    image = _with_palette(_IDS, (0, 0, 0), (255, 255, 255), (9, 9, 9))
    np.testing.assert_array_equal(_decode(image), np.uint8([0, 255, 9])[_IDS])


@pytest.mark.parametrize("kind", ["PNG", "BMP"])
def test_numbers_beyond_a_palette_of_colours_are_values(kind):
    # As masks with a label of pixels to ignore, which Pillow writes like this.
    pixels = np.uint8([0, 20, 255])[_IDS]
    image = _with_palette(pixels, *[(number, 0, 0) for number in range(21)])
    np.testing.assert_array_equal(_decode(image, kind), pixels)


def test_numbers_beyond_a_palette_of_greys_are_refused():
    pixels = np.uint8([0, 20, 255])[_IDS]
    image = _with_palette(pixels, *[(number,) * 3 for number in range(21)])
    with pytest.raises(DataError, match=r"of number 255, and a palette of 21 greys"):
        _decode(image)


def test_a_gif_in_colours_is_refused():
    image = _with_palette(_IDS, (0, 0, 0), (128, 0, 0), (0, 128, 0))
    with pytest.raises(DataError, match=r"masks/a\.png is a GIF in colours"):
        _decode(image, "GIF")


@pytest.mark.parametrize("mode", ["RGB", "RGBA", "LA"])
def test_equal_and_opaque_channels_are_a_grey(mode):
    image = Image.fromarray(_IDS).convert(mode)
    np.testing.assert_array_equal(_decode(image), _IDS)


@pytest.mark.parametrize("channels", [2, 3, 4])
def test_several_channels_of_16_bits_are_refused(channels, png_of_16_bits):
    # 1 and 255 have no upper bits.
    values = np.uint16([0, 1, 255])[_IDS]
    pixels = np.stack([values] * channels, -1)
    if channels != 3:
        pixels[..., -1] = 65535
    match = r"several channels of 16 bits, .* the mask grey, one value a class$"
    with pytest.raises(DataError, match=match):
        decode_values(png_of_16_bits(pixels), _PATH)


def test_colours_and_transparent_pixels_are_refused_with_their_place():
    pixels = np.full((5, 7, 4), 255, np.uint8)
    for channel in (1, 3):
        wrong = pixels.copy()
        wrong[2, 4, channel] = 254
        with pytest.raises(DataError, match=r"in row 2, column 4 \(counted from 0\)"):
            _decode(wrong)


def test_other_kinds_of_pixels_are_refused():
    with pytest.raises(DataError, match=r"a kind \(F\) that cannot stand for classes"):
        _decode(np.float32(_IDS), "TIFF")


def test_a_jpeg_is_refused_whatever_its_name():
    with pytest.raises(DataError, match=r"a\.png is a JPEG, whose compression"):
        _decode(_IDS, "JPEG")


@pytest.mark.parametrize("values", [(0, 1, 2), (255, 0, 70)])
def test_values_are_classes_in_the_order_given(values):
    ids = class_ids(np.int32(values)[_IDS], values, _PATH)
    np.testing.assert_array_equal(ids, _IDS)
    assert ids.dtype == np.uint8


def test_the_first_pixel_of_an_unknown_value_is_named():
    values = np.zeros((5, 7), np.uint8)
    values[2, 4], values[3, 0] = 7, 8
    with pytest.raises(
        DataError,
        match=r"masks/a\.png has the value 7 in row 2, column 4 \(counted from 0\), "
        r"and the classes have 0, 255: it has 0, 7, 8; mend the mask, or name .*"
        r"--class_values",
    ):
        class_ids(values, (0, 255), _PATH)


@pytest.mark.parametrize(
    ("values", "class_values", "mend"),
    [
        ([[0, 1, 2, 3]], (0, 1), "0 to 3: give --classes=4 .*--class_values"),
        ([[0, 1, 255]], (0, 1), "0 to 1 and 255: --class_values=0,1,255 makes 255 a"),
        ([[0, 9, 255, 200]], (0, 255), "soft edges, save it without them"),
    ],
)
def test_a_mask_of_other_values_has_its_mend(values, class_values, mend):
    with pytest.raises(DataError, match=mend):
        class_ids(np.uint8(values), class_values, _PATH)


@pytest.mark.parametrize("values", [(0, 1, 2), (0, 128, 255), (0, 1, 1000)])
def test_a_picture_of_a_mask_is_read_back(values):
    picture = mask_picture(_IDS, values, (5, 7))
    assert picture.mode == ("L" if max(values) < 256 else "I;16")
    np.testing.assert_array_equal(class_ids(_decode(picture), values, _PATH), _IDS)


def test_a_picture_of_a_mask_has_the_size_of_its_image():
    picture = mask_picture(_IDS, (0, 128, 255), (10, 21))
    expected = np.uint8([0, 128, 255])[_IDS].repeat(2, 0).repeat(3, 1)
    np.testing.assert_array_equal(picture, expected)
