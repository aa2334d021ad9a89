"""Picture files of any kind: their content, turned upright, and their size."""

import contextlib
import io
import pathlib
import struct
import warnings
import zlib
from collections.abc import Iterator

from PIL import Image, ImageOps

from datasets.errors import DataError

Size = tuple[int, int]  # Height and width, in pixels.

_ORIENTATION = 0x0112  # The Exif tag.
_SIDEWAYS = (5, 6, 7, 8)  # Its values that swap height and width.

# The entry of a picture's `info` that tells whether its channels had 16 bits.
HALVED = "channels of 16 bits"
_CHANNELS = ("RGB", "RGBA")

# The formats in which cameras store the orientation as an Exif tag. Pillow itself
# applies the tag of a TIFF.
_TURNED_BY_TAG = ("JPEG", "MPO")


# Pillow reports a damaged file by any of these.
DAMAGES = (
    *(OSError, EOFError, SyntaxError, ValueError, TypeError),
    *(LookupError, ArithmeticError, struct.error, zlib.error),
)


def read_bytes(path: pathlib.Path) -> bytes:
    """Reads a file.

    Args:
      path: The file.

    Returns:
      The bytes of the file.

    Raises:
      DataError: The file cannot be read, or is a pipe or a device.
    """
    _require_no_pipe(path)
    try:
        return path.read_bytes()
    except OSError as error:
        raise DataError(
            f"{path} cannot be read ({error.strerror}): make it readable, or remove it"
        ) from error


def decode_picture(content: bytes, path: pathlib.Path) -> Image.Image:
    """Decodes a picture, in the orientation in which viewers show it.

    Args:
      content: The bytes of the picture's file.
      path: The file, for error messages.

    Returns:
      The picture, with the format of the file.

    Raises:
      DataError: The file is not a picture, is cut off, or holds several pictures.
    """
    with _open(io.BytesIO(content), path) as picture:
        kind = picture.format
        frames = getattr(picture, "n_frames", 1)
        if kind != "MPO" and frames > 1:
            raise DataError(f"{path} holds {frames} pictures: save each as a file")
        # Pillow halves such channels while it loads them, and forgets that it did.
        layout = str(getattr(picture, "tile", ""))
        picture.info[HALVED] = ";16" in layout and picture.mode in _CHANNELS
        picture.load()
        if kind in _TURNED_BY_TAG:
            ImageOps.exif_transpose(picture, in_place=True)
        picture.format = kind
        return picture


def picture_size(path: pathlib.Path) -> Size:
    """Reads the size of a picture from the header of its file.

    Args:
      path: The file.

    Returns:
      The height and width, in pixels, in the orientation in which viewers show it.

    Raises:
      DataError: The file cannot be read or is not a picture.
    """
    _require_no_pipe(path)
    with _open(path, path) as picture:
        width, height = picture.size
        if picture.format in _TURNED_BY_TAG:
            is_sideways = picture.getexif().get(_ORIENTATION) in _SIDEWAYS
            return (width, height) if is_sideways else (height, width)
        return height, width


def size_text(size: Size) -> str:
    """Formats a height and width for error messages."""
    return f"{size[0]}x{size[1]} pixels (height x width)"


def _require_no_pipe(path: pathlib.Path) -> None:
    """Raises a DataError for a path that might be read for ever."""
    if path.exists() and not path.is_file():
        raise DataError(f"{path} is not a file on a disk: replace it, or remove it")


@contextlib.contextmanager
def _open(file: io.BytesIO | pathlib.Path, path: pathlib.Path) -> Iterator[Image.Image]:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # About odd tags.
            # A small file may hold a picture that fills the memory.
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(file) as picture:
                yield picture
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise DataError(
            f"{path} is too large to be decoded: make it smaller, at most "
            f"{Image.MAX_IMAGE_PIXELS:,} pixels"
        ) from error
    except DAMAGES as error:
        raise DataError(
            f"{path} is not a picture or is cut off: replace it, or remove it"
        ) from error
