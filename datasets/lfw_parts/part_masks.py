"""The masks of LFW Part Labels: pictures whose colours stand for classes."""

import numpy as np

from datasets.errors import DataError
from datasets.images import decoding

CLASSES = ("background", "skin", "hair")
SIZE = 250  # Height and width, in pixels.

_COLOURS = np.array([[0, 0, 255], [0, 255, 0], [255, 0, 0]], np.uint8)  # Of each class.


def decode(content: bytes, where: str) -> np.ndarray:
    """Decodes the file of a mask.

    Args:
      content: The bytes of the file.
      where: The name of the file for error messages.

    Returns:
      The class ids (indices of `CLASSES`), `[SIZE, SIZE]`, uint8.

    Raises:
      DataError: The file is not a picture of that size, or has a colour of no class.
    """
    picture = decoding.decode(content, where, "RGB", (SIZE, SIZE))
    # Correct for the colours of the classes; painting the mask again finds all others.
    is_skin, is_hair = picture[..., 1] == 255, picture[..., 0] == 255  # [SIZE, SIZE]
    mask = np.where(is_hair, np.uint8(2), is_skin)
    painted = np.take(_COLOURS, mask, axis=0)
    if not np.array_equal(painted, picture):
        row, column, _ = np.argwhere(painted != picture)[0]
        raise DataError(
            f"{where} has the colour {tuple(picture[row, column].tolist())} in row "
            f"{row}, column {column}, which stands for no class: fetch the archive "
            "again"
        )
    return mask
