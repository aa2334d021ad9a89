"""Masks as picture files, in which the value of a pixel stands for its class."""

import pathlib
from collections.abc import Sequence

import numpy as np
from PIL import Image

from datasets.errors import DataError
from datasets.images.downsampling import shrink_mask
from datasets.images.files import HALVED, Size, decode_picture
from datasets.images.palettes import Palettes

_GREYS = ("L", "1", "I", "I;16", "I;16L", "I;16B", "I;16N")
_WHITE = 255
_SHOWN_VALUES = 9  # The most values that an error message lists.
_COLOURS = ("RGB", "RGBA", "LA")


def decode_values(
    content: bytes, path: pathlib.Path, palettes: Palettes | None = None
) -> np.ndarray:
    """Decodes the pixel values of a mask.

    The values of a grey picture are its greys of 8 or 16 bits (0 and 255 for 1 bit).
    Those of a picture with a palette are the indices of its colours, whether or not the
    palette is long enough for them, or its greys if the whole palette is grey.

    Args:
      content: The bytes of the mask's file.
      path: The file, for error messages.
      palettes: The palettes of the masks before, which that of this one is added to;
        None for a mask that is not compared with others.

    Returns:
      The values, integers `[H, W]`.

    Raises:
      DataError: The file is not a picture, is cut off, is a JPEG, has colours that do
        not stand for classes, or other numbers for them than a mask before.
    """
    mask = decode_picture(content, path)
    if mask.format in ("JPEG", "MPO"):
        raise DataError(
            f"{path} is a JPEG, whose compression changes the class values at borders: "
            "save masks as PNG"
        )
    if mask.mode == "P":
        return _palette_values(mask, path, palettes or Palettes())
    if mask.mode in _GREYS:
        return np.array(mask.convert("L") if mask.mode == "1" else mask)
    if mask.mode in _COLOURS:
        return _common_channel(mask, path)
    raise DataError(
        f"{path} has pixels of a kind ({mask.mode}) that cannot stand for classes: "
        "save the mask grey, or with a palette, one value a class"
    )


def class_ids(
    values: np.ndarray, class_values: Sequence[int], path: pathlib.Path
) -> np.ndarray:
    """Converts pixel values to class ids.

    Args:
      values: The values, integers `[H, W]`.
      class_values: The value of each class.
      path: The file of the mask, for error messages.

    Returns:
      The class ids, `[H, W]`, uint8.

    Raises:
      DataError: A pixel has a value of no class.
    """
    known = np.isin(values, class_values)
    if not known.all():
        row, column = np.argwhere(~known)[0]
        raise DataError(
            f"{path} has the value {values[row, column]} in row {row}, column {column} "
            f"(counted from 0), and the classes have {_listed(class_values)}: "
            f"{mend_values(values)}"
        )
    order = np.argsort(class_values)
    places = np.searchsorted(np.asarray(class_values)[order], values)
    return order[places].astype(np.uint8)


def mend_values(values: np.ndarray) -> str:
    """Returns the mend of a mask whose values are not those of the classes.

    Args:
      values: The values of the mask, integers of any shape.

    Returns:
      The part of a sentence after the fault.
    """
    found = np.unique(values).tolist()
    numbers = [value for value in found if value != _WHITE]
    if len(found) > 2 and numbers == list(range(len(numbers))):
        if numbers == found:
            return (
                f"it has the values 0 to {numbers[-1]}: give --classes={len(numbers)} "
                f"if these are the classes of all masks, or more, or name the value of "
                "each class by --class_values"
            )
        return (
            f"it has the values 0 to {numbers[-1]} and {_WHITE}: "
            f"--class_values={_listed(found, ',')} makes {_WHITE} a class of its own; "
            "a label of pixels to ignore is not supported, so give these another "
            f"value if {_WHITE} is one"
        )
    named = "name the value of each class by --class_values, or give --classes=n for 0"
    if found[0] == 0 and found[-1] == _WHITE and len(found) > 2:
        return (
            f"it has {len(found)} values from 0 to {_WHITE}; if those between are soft "
            "edges, save it without them, as np.where(mask > 127, 255, 0) is; if they "
            f"are classes, {named} to n-1"
        )
    shown = _listed(found) if len(found) <= _SHOWN_VALUES else f"{len(found)} values"
    return f"it has {shown}; mend the mask, or {named} to n-1"


def mask_picture(
    ids: np.ndarray, class_values: Sequence[int], size: Size
) -> Image.Image:
    """Makes a grey picture of a mask, which `decode_values` can read.

    Args:
      ids: The class ids, `[H, W]`.
      class_values: The value of each class.
      size: The height and width of the picture, in pixels; each of its pixels has the
        class that covers most of its area.

    Returns:
      The picture, of 16 bits if a value exceeds 255, else of 8.
    """
    if ids.shape != size:
        ids = shrink_mask(ids, size, len(class_values))
    kind = np.uint8 if max(class_values) < 256 else np.uint16
    return Image.fromarray(np.asarray(class_values, kind)[ids])


def _palette_values(
    mask: Image.Image, path: pathlib.Path, palettes: Palettes
) -> np.ndarray:
    numbers = np.array(mask)
    palette = np.array(mask.getpalette("RGB")).reshape([-1, 3])
    if (palette == palette[:, :1]).all():
        return _greys(numbers, palette[:, 0], path)
    if mask.format == "GIF":
        raise DataError(
            f"{path} is a GIF in colours, whose indices differ from file to file: save "
            "masks as PNG, or grey"
        )
    palettes.add(numbers, palette, path)
    return numbers


def _greys(numbers: np.ndarray, palette: np.ndarray, path: pathlib.Path) -> np.ndarray:
    """Returns the grey of each pixel's number, `[H, W]`, in a palette of greys."""
    highest = int(numbers.max())
    if highest >= len(palette):
        raise DataError(
            f"{path} has a pixel of number {highest}, and a palette of {len(palette)} "
            "greys, counted from 0: save the mask grey, one value a class"
        )
    return palette[numbers]


def _common_channel(mask: Image.Image, path: pathlib.Path) -> np.ndarray:
    """Returns the one value of red, green and blue in each pixel, `[H, W]`."""
    if mask.info[HALVED]:
        raise DataError(
            f"{path} has several channels of 16 bits, whose lower 8 would be lost: "
            "save the mask grey, one value a class"
        )
    pixels = np.array(mask.convert("RGBA"))
    uneven = (pixels[..., :3] != pixels[..., :1]).any(-1) | (pixels[..., 3] != 255)
    if uneven.any():
        row, column = np.argwhere(uneven)[0]
        raise DataError(
            f"{path} has a colour or a transparent pixel in row {row}, column {column} "
            "(counted from 0): save the mask grey, or with a palette, one value a class"
        )
    return pixels[..., 0]


def _listed(class_values: Sequence[int], separator: str = ", ") -> str:
    return separator.join(map(str, class_values))
