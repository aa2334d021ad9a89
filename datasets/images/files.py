"""Opens a picture file of any kind, the right way up."""

import contextlib
import io
import pathlib
import warnings
from collections.abc import Iterator

from PIL import Image, ImageOps

from datasets.errors import DataError

Size = tuple[int, int]  # Height and width.


_ORIENTATION = 0x0112  # The Exif tag.


_ON_ITS_SIDE = (5, 6, 7, 8)


# Cameras turn these by a tag; Pillow itself follows that of a TIFF.
_TURNED_BY_TAG = ("JPEG", "MPO")


def read_bytes(path: pathlib.Path) -> bytes:
    """The content of a file; DataError if it cannot be read."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise DataError(
            f"{path} cannot be read ({error.strerror}): allow it, or take it away"
        ) from error


def decode_picture(content: bytes, path: pathlib.Path) -> Image.Image:
    """Decodes a picture, turned as viewers show it.

    Args:
      content: the bytes of its file.
      path: the file, as an error shall name it.

    Raises:
      DataError: the file is no picture, is cut off, or holds several pictures.
    """
    with _open(io.BytesIO(content), path) as picture:
        kind = picture.format
        if kind != "MPO" and getattr(picture, "n_frames", 1) > 1:
            raise DataError(
                f"{path} holds {picture.n_frames} pictures: save each as a file"
            )
        picture.load()
        if kind in _TURNED_BY_TAG:
            ImageOps.exif_transpose(picture, in_place=True)
        picture.format = kind
        return picture


def picture_size(path: pathlib.Path) -> Size:
    """Height and width of a picture as viewers show it, without decoding it all.

    Raises:
      DataError: the file cannot be read or is no picture.
    """
    with _open(path, path) as picture:
        width, height = picture.size
        if picture.format in _TURNED_BY_TAG:
            turned = picture.getexif().get(_ORIENTATION) in _ON_ITS_SIDE
            return (width, height) if turned else (height, width)
        return height, width


def size_text(size: Size) -> str:
    """A height and width as errors tell it."""
    return f"{size[0]}x{size[1]} pixels (height x width)"


@contextlib.contextmanager
def _open(file: io.BytesIO | pathlib.Path, path: pathlib.Path) -> Iterator[Image.Image]:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Of odd tags, and of large pictures.
            with Image.open(file) as picture:
                yield picture
    except Image.DecompressionBombError as error:
        raise DataError(
            f"{path} is too large to be decoded: make it smaller"
        ) from error
    # Pillow has many ways to say that a file is damaged.
    except (OSError, SyntaxError, ValueError, EOFError, KeyError) as error:
        raise DataError(
            f"{path} is not a picture or is cut off: replace it, or take it away"
        ) from error
