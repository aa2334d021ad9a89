import io

import numpy as np
import pytest
from PIL import Image

from datasets.errors import DataError
from datasets.images import decoding

_PIXELS = np.arange(2 * 3 * 3, dtype=np.uint8).reshape([2, 3, 3])


def _file(pixels, kind="PNG"):
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, kind)
    return file.getvalue()


@pytest.mark.parametrize(("pixels", "mode"), [(_PIXELS, "RGB"), (_PIXELS[..., 0], "L")])
def test_decodes_colours_and_greys(pixels, mode):
    decoded = decoding.decode(_file(pixels), "made.png", mode, (3, 2))
    np.testing.assert_array_equal(decoded, pixels)
    assert decoded.dtype == np.uint8


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "BMP", "PPM"])
def test_a_cut_off_picture_is_named(kind):
    content = _file(np.zeros([40, 40, 3], np.uint8), kind)
    for length in (0, 10, len(content) // 2):
        with pytest.raises(DataError, match=r"a/made\.x is not a picture or is cut"):
            decoding.decode(content[:length], "a/made.x", "RGB", (40, 40))


def test_another_size_or_mode_is_named():
    with pytest.raises(DataError, match=r"of 3x2 pixels, RGB, expected 2x3, RGB"):
        decoding.decode(_file(_PIXELS), "made.png", "RGB", (2, 3))
    with pytest.raises(DataError, match=r"of 3x2 pixels, RGB, expected 3x2, L"):
        decoding.decode(_file(_PIXELS), "made.png", "L", (3, 2))
