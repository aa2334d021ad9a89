"""Pictures of any mode as RGB images of 8 bits."""

import contextlib
import pathlib
import warnings
from collections.abc import Iterator

import numpy as np
from PIL import Image

from datasets.errors import DataError
from datasets.images.files import HALVED, Size, decode_picture

_DARK_BITS = 12
_WITH_ALPHA = ("RGBA", "LA", "PA", "RGBa")


class DarkImageWarning(UserWarning):
    """A warning that an image of 16 bits seems to hold grays of fewer bits."""


@contextlib.contextmanager
def count_dark_images() -> Iterator[None]:
    """Joins the warnings about dark images in the block to one, which counts them."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        yield
    dark = [w for w in caught if issubclass(w.category, DarkImageWarning)]
    for other in caught:
        if other not in dark:
            warnings.warn_explicit(
                other.message, other.category, other.filename, other.lineno
            )
    if dark:
        more = f" (and {len(dark) - 1} more)" if len(dark) > 1 else ""
        warnings.warn(f"{dark[0].message}{more}", DarkImageWarning, stacklevel=3)


def decode_image(
    content: bytes, path: pathlib.Path, size: Size | None
) -> tuple[np.ndarray, Size]:
    """Decodes an image to RGB, and resizes it.

    Greys become three equal channels, 16 bits are scaled to 8, and transparent pixels
    are laid over white, since their own colours are arbitrary. Greys of 12 bits or less
    in a file of 16 would become nearly black: a `DarkImageWarning` tells the mend. They
    are not stretched, since images would be so by different factors.

    Args:
      content: The bytes of the image's file.
      path: The file, for error messages.
      size: The height H and the width W of the result, in pixels, or None for those of
        the file. The filter is bicubic; shrinking widens it to the area of a new pixel.

    Returns:
      The image, `[H, W, 3]`, uint8, and the height and width of the file, in pixels.

    Raises:
      DataError: The file is not a picture, is cut off, holds several pictures, or has
        pixels of more than 16 bits.
    """
    image = _as_rgb(decode_picture(content, path), path)
    original = (image.height, image.width)
    if size is not None and size != original:
        image = image.resize(size[::-1], Image.Resampling.BICUBIC)
    return np.array(image), original


def _as_rgb(image: Image.Image, path: pathlib.Path) -> Image.Image:
    if image.mode.startswith(("I", "F")):
        return Image.fromarray(_eight_bits(image, path)).convert("RGB")
    if image.info[HALVED]:
        highest = int(np.asarray(image)[..., :3].max())
        # Their lower 8 bits are lost; without the upper ones the image may be black.
        _warn_of_dark(highest * 256 + 255 if highest else 0, path)
    if image.mode in _WITH_ALPHA or "transparency" in image.info:
        image = image.convert("RGBA")
        white = Image.new("RGBA", image.size, "white")
        return Image.alpha_composite(white, image).convert("RGB")
    return image.convert("RGB")


def _eight_bits(image: Image.Image, path: pathlib.Path) -> np.ndarray:
    """Scales greys of 16 bits, which Pillow may hold in 32, to 8 bits, `[H, W]`."""
    pixels = np.asarray(image)
    if image.mode == "F" or pixels.min() < 0 or pixels.max() > 65535:
        raise DataError(f"{path} has pixels of more than 16 bits: save it with 8 or 16")
    _warn_of_dark(int(pixels.max()), path)
    return np.rint(pixels / 257.0).astype(np.uint8)


def _warn_of_dark(brightest: int, path: pathlib.Path) -> None:
    bits = max(8, brightest.bit_length())
    if brightest > 0 and bits <= _DARK_BITS:
        warnings.warn(
            f"{path} has 16 bits, but no gray above {brightest:,} of 65,535, as in "
            f"images of {bits} bits: as it is, it is nearly black; if it is dark by "
            f"mistake, multiply the grays of all images by {2 ** (16 - bits)}",
            DarkImageWarning,
            stacklevel=2,
        )
