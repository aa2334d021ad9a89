"""Decodes pictures of a known mode and size."""

import io

import numpy as np
from PIL import Image

from datasets.errors import DataError


def decode(content: bytes, where: str, mode: str, size: tuple[int, int]) -> np.ndarray:
    """Decodes a picture.

    Args:
      content: the bytes of the picture's file.
      where: the file, as an error shall name it.
      mode: Pillow's name of what the picture must be: "RGB" or "L", grey.
      size: the width and height that it must have.

    Returns:
      [height, width, 3] or, if grey, [height, width], uint8.

    Raises:
      DataError: the file is no picture, or has another mode or size.
    """
    try:
        with Image.open(io.BytesIO(content)) as image:
            image.load()
    # Pillow has many ways to say that a file is damaged.
    except (OSError, SyntaxError, ValueError, EOFError) as error:
        raise DataError(
            f"{where} is not a picture or is cut off: fetch the archive again"
        ) from error
    if (image.mode, image.size) != (mode, size):
        raise DataError(
            f"{where} is a picture of {image.size[0]}x{image.size[1]} pixels, "
            f"{image.mode}, expected {size[0]}x{size[1]}, {mode}: fetch the archive "
            "again"
        )
    return np.asarray(image)
