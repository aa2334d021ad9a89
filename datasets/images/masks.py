"""Masks as files: the value of a pixel says its class."""

import pathlib
from collections.abc import Sequence

import numpy as np
from PIL import Image

from datasets.errors import DataError
from datasets.images.downsampling import shrink_mask
from datasets.images.files import Size, decode_picture

_GREYS = ("L", "1", "I", "I;16", "I;16L", "I;16B", "I;16N")


_COLOURS = ("RGB", "RGBA", "LA")


def decode_values(content: bytes, path: pathlib.Path) -> np.ndarray:
    """Decodes the pixel values of a mask.

    They are greys, of 8 or 16 bits; of 1 bit, 0 and 255. A picture with a palette has
    the numbers of its colours, unless the palette is all grey: then it has its greys.

    Args:
      content: the bytes of its file.
      path: the file, as an error shall name it.

    Returns:
      [H, W] of integers.

    Raises:
      DataError: the file is no picture, is cut off, is a JPEG, or has colours that do
        not say a class.
    """
    mask = decode_picture(content, path)
    if mask.format in ("JPEG", "MPO"):
        raise DataError(
            f"{path} is a JPEG, whose compression changes the class values at borders: "
            "save masks as PNG"
        )
    if mask.mode == "P":
        return _palette_values(mask, path)
    if mask.mode in _GREYS:
        return np.array(mask.convert("L") if mask.mode == "1" else mask)
    if mask.mode in _COLOURS:
        return _common_channel(mask, path)
    raise DataError(
        f"{path} has pixels of a kind ({mask.mode}) that does not say a class: save "
        "the mask grey, or with a palette, one value a class"
    )


def class_ids(
    values: np.ndarray, class_values: Sequence[int], path: pathlib.Path
) -> np.ndarray:
    """The classes of pixel values.

    Args:
      values: [H, W] of integers.
      class_values: the value of each class.
      path: the file, as an error shall name it.

    Returns:
      [H, W] of class ids, uint8.

    Raises:
      DataError: a pixel has another value.
    """
    known = np.isin(values, class_values)
    if not known.all():
        row, column = np.argwhere(~known)[0]
        raise DataError(
            f"{path} has the value {values[row, column]} in row {row}, column {column} "
            f"(counted from 0), and the classes have {_listed(class_values)}: mend the "
            "mask, or name the values by --class_values"
        )
    order = np.argsort(class_values)
    places = np.searchsorted(np.asarray(class_values)[order], values)
    return order[places].astype(np.uint8)


def mask_picture(
    ids: np.ndarray, class_values: Sequence[int], size: Size
) -> Image.Image:
    """Makes a grey picture of a mask, as `decode_values` reads it.

    Args:
      ids: [H, W] of class ids.
      class_values: the value of each class.
      size: height and width of the picture; each of its pixels has the class that most
        of its area belongs to.

    Returns:
      A picture of 8 bits, or of 16 where a value needs them.
    """
    if ids.shape != size:
        ids = shrink_mask(ids, size, len(class_values))
    kind = np.uint8 if max(class_values) < 256 else np.uint16
    return Image.fromarray(np.asarray(class_values, kind)[ids])


def _palette_values(mask: Image.Image, path: pathlib.Path) -> np.ndarray:
    numbers = np.array(mask)
    palette = np.reshape(mask.getpalette("RGB"), [-1, 3])
    if (palette == palette[:, :1]).all():
        return palette[:, 0][numbers]
    if mask.format == "GIF":
        raise DataError(
            f"{path} is a GIF in colours, whose numbers differ from file to file: save "
            "masks as PNG, or grey"
        )
    return numbers


def _common_channel(mask: Image.Image, path: pathlib.Path) -> np.ndarray:
    """The value that red, green and blue have, of a picture that is opaque."""
    pixels = np.array(mask.convert("RGBA"))
    uneven = (pixels[..., :3] != pixels[..., :1]).any(-1) | (pixels[..., 3] != 255)
    if uneven.any():
        row, column = np.argwhere(uneven)[0]
        raise DataError(
            f"{path} has a colour or a transparent pixel in row {row}, column {column} "
            "(counted from 0): save the mask grey, or with a palette, one value a class"
        )
    return pixels[..., 0]


def _listed(class_values: Sequence[int]) -> str:
    return ", ".join(map(str, class_values))
