"""Decodes the pictures of an archive, whose mode and size are known."""

import io

import numpy as np
from PIL import Image

from datasets.errors import DataError
from datasets.images.files import DAMAGES


def decode(content: bytes, where: str, mode: str, size: tuple[int, int]) -> np.ndarray:
    """Decodes a picture and checks its mode and size.

    Args:
      content: The bytes of the picture's file.
      where: The name of the file for error messages.
      mode: The expected mode in Pillow's terms: "RGB", or "L" for grey.
      size: The expected width and height, in pixels.

    Returns:
      The pixels, `[height, width, 3]` or, if grey, `[height, width]`, uint8.

    Raises:
      DataError: The file is not a picture, or has another mode or size.
    """
    try:
        with Image.open(io.BytesIO(content)) as image:
            image.load()
    except DAMAGES as error:
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
