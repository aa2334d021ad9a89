import io
import os
import pathlib

import numpy as np
import pytest
from PIL import Image

from datasets.errors import DataError
from datasets.images.files import decode_picture, picture_size, read_bytes

_PIXELS = np.random.default_rng(0).integers(0, 256, (40, 30, 3), dtype=np.uint8)
_KINDS = ("PNG", "JPEG", "BMP", "GIF", "TIFF")


def _file(kind="PNG", **options):
    file = io.BytesIO()
    Image.fromarray(_PIXELS).save(file, kind, **options)
    return file.getvalue()


def _turned(kind):
    """Makes a picture that viewers turn by a quarter."""
    exif = Image.Exif()
    exif[0x0112] = 6
    return _file(kind, exif=exif)


@pytest.mark.parametrize("kind", _KINDS)
def test_a_picture_of_any_kind_is_decoded(tmp_path, kind):
    path = tmp_path / "picture"
    path.write_bytes(_file(kind))
    picture = decode_picture(read_bytes(path), path)
    assert (picture.format, picture.height, picture.width) == (kind, 40, 30)
    assert picture_size(path) == (40, 30)


@pytest.mark.parametrize("kind", ["JPEG", "TIFF"])
def test_a_picture_is_turned_as_viewers_show_it(tmp_path, kind):
    path = tmp_path / "picture"
    path.write_bytes(_turned(kind))
    picture = decode_picture(read_bytes(path), path)
    assert (picture.height, picture.width) == picture_size(path) == (30, 40)
    if kind == "TIFF":
        np.testing.assert_array_equal(picture, np.rot90(_PIXELS, -1))


@pytest.mark.parametrize("kind", _KINDS)
def test_a_cut_off_picture_is_named(kind):
    content = _file(kind)
    for length in (0, 10, len(content) // 2):
        with pytest.raises(DataError, match=r"a/é\.x is not a picture or is cut off"):
            decode_picture(content[:length], pathlib.Path("a/é.x"))


def test_a_file_that_is_not_a_picture_has_no_size(tmp_path):
    path = tmp_path / "a.png"
    path.write_text("text")
    with pytest.raises(DataError, match=r"a\.png is not a picture"):
        picture_size(path)


@pytest.mark.parametrize("kind", ["GIF", "TIFF", "PNG"])
def test_a_file_of_several_pictures_is_refused(kind):
    pages = [Image.fromarray(_PIXELS // part) for part in (2, 3)]
    content = _file(kind, save_all=True, append_images=pages)
    with pytest.raises(DataError, match="x holds 3 pictures: save each"):
        decode_picture(content, pathlib.Path("x"))


@pytest.mark.parametrize("share", [0.4, 0.9])
def test_a_picture_that_is_too_large_to_be_decoded_is_named(
    monkeypatch, tmp_path, share
):
    limit = int(share * _PIXELS.shape[0] * _PIXELS.shape[1])
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", limit)
    path = tmp_path / "x"
    path.write_bytes(_file())
    match = rf"x is too large to be decoded: make it smaller, at most {limit:,} pixels"
    with pytest.raises(DataError, match=match):
        decode_picture(path.read_bytes(), path)
    with pytest.raises(DataError, match=match):
        picture_size(path)


@pytest.mark.parametrize("read", [read_bytes, picture_size])
def test_a_pipe_is_refused_at_once(tmp_path, read):
    os.mkfifo(tmp_path / "a.png")
    with pytest.raises(DataError, match=r"a\.png is not a file on a disk"):
        read(tmp_path / "a.png")


def test_a_file_that_cannot_be_read_is_named(tmp_path):
    with pytest.raises(DataError, match=r"gone\.png cannot be read \(No such file"):
        read_bytes(tmp_path / "gone.png")
