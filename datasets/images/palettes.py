"""The palettes of masks, whose numbers stand for classes in all files alike."""

import pathlib

import numpy as np

from datasets.errors import DataError


class Palettes:
    """The colours that masks with palettes use, and the number that each has there.

    Programs that make pictures smaller, and conversions that make a palette for each
    picture, give the colours other numbers in other files. Numbers would then be other
    classes from mask to mask.
    """

    def __init__(self) -> None:
        self._first: dict[tuple[int, ...], tuple[int, np.ndarray, pathlib.Path]] = {}

    def add(self, numbers: np.ndarray, palette: np.ndarray, path: pathlib.Path) -> None:
        """Adds a mask, or refuses it.

        Args:
          numbers: The number of each pixel's colour, `[H, W]`.
          palette: The colours of the mask's palette, `[P, 3]`.
          path: The file of the mask, for error messages.

        Raises:
          DataError: It uses a colour of an earlier mask by another number, which has
            another colour there.
        """
        for number in np.unique(numbers).tolist():
            colour = tuple(palette[number].tolist())
            other, earlier, first = self._first.setdefault(
                colour, (number, palette, path)
            )
            # A palette may have a colour several times.
            if number != other and colour != tuple(earlier[number : number + 1].flat):
                raise DataError(
                    f"{path} has the colour {colour} as number {number} of its "
                    f"palette, and {first} has it as number {other}: the numbers are "
                    "the classes, so save all masks with the same palette, or grey, "
                    "one value a class"
                )
