"""Damaged pictures of every kind are decoded, or refused by a sentence."""

import io
import pathlib

import numpy as np
import pytest
from PIL import Image

from datasets.errors import DataError
from datasets.images.decoding import decode
from datasets.images.files import picture_size
from datasets.images.masks import decode_values
from datasets.images.rgb import decode_image

_PIXELS = np.random.default_rng(0).integers(0, 256, (6, 5, 3), dtype=np.uint8)
_LONGEST = 240  # Bytes, from the beginning; the headers are there.
_PATH = pathlib.Path("made.x")


def _content(kind):
    image, file = Image.fromarray(_PIXELS), io.BytesIO()
    (image.quantize(8) if kind == "GIF" else image).save(file, kind)
    return file.getvalue()


def _damaged(content):
    """Yields the content with each byte replaced, one at a time, and cut off there."""
    for place in range(min(len(content), _LONGEST)):
        byte = content[place]
        for other in {0, 255, byte ^ 1, byte ^ 16} - {byte}:
            yield content[:place] + bytes([other]) + content[place + 1 :]
        yield content[:place]


def _require_picture_or_sentence(content):
    try:
        decode_image(content, _PATH, (3, 3))
    except DataError as error:
        assert "made.x" in str(error)
        assert len(str(error).splitlines()) == 1


@pytest.mark.parametrize("kind", ["PNG", "BMP", "GIF", "TIFF", "JPEG"])
def test_a_damaged_picture_is_decoded_or_named(kind, monkeypatch):
    # A damaged width or height is often a large one, which would take long.
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 10_000)
    for content in _damaged(_content(kind)):
        _require_picture_or_sentence(content)


@pytest.mark.parametrize("end", [b"!", b","])
def test_a_gif_whose_end_is_another_block_is_named(end):
    content = _content("GIF")[:-1] + end
    for read in (
        lambda: decode_image(content, _PATH, None),
        lambda: decode_values(content, _PATH),
    ):
        with pytest.raises(DataError, match=r"made\.x is not a picture or is cut off"):
            read()


def test_a_tiff_without_its_width_is_named(tmp_path):
    content = _content("TIFF")
    entry = content.index(b"\x00\x01", 8)  # The number of the tag.
    content = content[:entry] + b"\xff\xff" + content[entry + 2 :]
    path = tmp_path / "made.x"
    path.write_bytes(content)
    for read in (
        lambda: decode_image(content, path, None),
        lambda: decode_values(content, path),
        lambda: picture_size(path),
        lambda: decode(content, "made.x", "RGB", (5, 6)),
    ):
        with pytest.raises(DataError, match=r"made\.x is not a picture or is cut off"):
            read()
