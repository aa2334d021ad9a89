"""Pictures of any mode as RGB images of 8 bits."""

import pathlib

import numpy as np
from PIL import Image

from datasets.errors import DataError
from datasets.images.files import Size, decode_picture

_WITH_ALPHA = ("RGBA", "LA", "PA", "RGBa")


def decode_image(
    content: bytes, path: pathlib.Path, size: Size | None
) -> tuple[np.ndarray, Size]:
    """Decodes an image.

    Greys become three equal channels, 16 bits are scaled to 8, and what is transparent
    is laid on white: the colours of invisible pixels are anything.

    Args:
      content: the bytes of its file.
      path: the file, as an error shall name it.
      size: height and width to bring it to; None leaves it as it is. The filter is
        bicubic, over the area of a pixel of the result where that is larger.

    Returns:
      The image, [H, W, 3], uint8, and the height and width of the file.

    Raises:
      DataError: the file is no picture, is cut off, holds several pictures, or has
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
    if image.mode in _WITH_ALPHA or "transparency" in image.info:
        image = image.convert("RGBA")
        white = Image.new("RGBA", image.size, "white")
        return Image.alpha_composite(white, image).convert("RGB")
    return image.convert("RGB")


def _eight_bits(image: Image.Image, path: pathlib.Path) -> np.ndarray:
    """Greys of 16 bits, which Pillow may hold in 32, as greys of 8."""
    pixels = np.asarray(image)
    if image.mode == "F" or pixels.min() < 0 or pixels.max() > 65535:
        raise DataError(f"{path} has pixels of more than 16 bits: save it with 8 or 16")
    return np.rint(pixels / 257.0).astype(np.uint8)
