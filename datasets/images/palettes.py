"""The palettes of masks, whose numbers stand for classes in all files alike."""

import pathlib

import numpy as np

from datasets.errors import DataError

_Colour = tuple[int, ...]

_MEND = (
    "the numbers are the classes, so save all masks with the same palette, or grey, "
    "one value a class"
)


class Palettes:
    """The colours that masks with palettes use, and the number that each has there.

    Programs that make pictures smaller, and conversions that make a palette for each
    picture, give the colours other numbers in other files. Numbers would then be other
    classes from mask to mask.
    """

    def __init__(self) -> None:
        self._by_colour: dict[_Colour, tuple[int, np.ndarray, pathlib.Path]] = {}
        self._by_number: dict[int, tuple[_Colour, pathlib.Path]] = {}

    def add(self, numbers: np.ndarray, palette: np.ndarray, path: pathlib.Path) -> None:
        """Adds a mask, or refuses it.

        Args:
          numbers: The number of each pixel's colour, `[H, W]`. One that exceeds the
            palette has no colour, and is not compared.
          palette: The colours of the mask's palette, `[P, 3]`.
          path: The file of the mask, for error messages.

        Raises:
          DataError: It uses a colour of an earlier mask by another number, which has
            another colour there, or a number of an earlier mask for another colour.
        """
        for number in np.unique(numbers[numbers < len(palette)]).tolist():
            colour = tuple(palette[number].tolist())
            self._require_number(colour, number, palette, path)
            first, earlier = self._by_number.setdefault(number, (colour, path))
            if colour != first:
                raise DataError(
                    f"{path} has the colour {colour} as number {number} of its "
                    f"palette, and {earlier} has {first} as that number: {_MEND}"
                )

    def _require_number(
        self, colour: _Colour, number: int, palette: np.ndarray, path: pathlib.Path
    ) -> None:
        """Raises a DataError if the colour has another number in an earlier mask."""
        other, earlier, first = self._by_colour.setdefault(
            colour, (number, palette, path)
        )
        # A palette may have a colour several times.
        if number != other and colour != tuple(earlier[number : number + 1].flat):
            raise DataError(
                f"{path} has the colour {colour} as number {number} of its palette, "
                f"and {first} has it as number {other}: {_MEND}"
            )
