import pathlib

import numpy as np
import pytest
from PIL import Image

from datasets.errors import DataError
from datasets.images.folder import ImageFolder, load
from datasets.images.palettes import Palettes

_BLACK, _RED, _BLUE = (0, 0, 0), (128, 0, 0), (0, 0, 128)
_GREEN = (0, 128, 0)


def _add_all(*masks):
    """Adds masks `a`, `b`, ... of some numbers and their palettes."""
    palettes = Palettes()
    for name, (numbers, colours) in zip("abc", masks):
        palettes.add(np.array([numbers]), np.array(colours), pathlib.Path(name))


def test_masks_need_not_use_all_colours_of_a_palette():
    palette = (_BLACK, _RED, _BLUE)
    _add_all(([0, 1], palette), ([2, 2], palette), ([0, 1], palette[:2]))
    # Black is there twice.
    _add_all(([0, 1], (_BLACK, _RED, _BLACK)), ([2, 1], (_BLACK, _RED, _BLACK)))


@pytest.mark.parametrize(
    ("numbers", "colours", "message"),
    [
        ([0, 0], (_RED, _BLACK), r"b has the colour \(128, 0, 0\) as number 0 of its"),
        ([1, 0], (_RED, _BLACK), r"palette, and a has it as number 1: the numbers"),
        # A palette without the colours that a mask does not use.
        ([0, 1], (_BLACK, _BLUE), r"\(0, 0, 128\) as number 1 .* number 2"),
    ],
)
def test_another_number_of_a_colour_is_refused(numbers, colours, message):
    with pytest.raises(DataError, match=message):
        _add_all(([0, 1, 2], (_BLACK, _RED, _BLUE)), (numbers, colours))


def test_another_colour_of_a_number_is_refused():
    # Each mask has a palette of its own, in which its object is number 0.
    match = (
        r"^b has the colour \(0, 128, 0\) as number 0 of its palette, and a has "
        r"\(128, 0, 0\) as that number: the numbers are the classes"
    )
    with pytest.raises(DataError, match=match):
        _add_all(([1, 0], (_RED, _BLACK)), ([1, 0], (_GREEN, _BLACK)))


def test_unused_colours_are_not_compared():
    _add_all(([0, 1], (_BLACK, _RED, _BLUE)), ([0, 2], (_BLACK, _BLUE, _GREEN)))


def test_masks_of_a_folder_have_one_palette(save_pairs):
    root = save_pairs(**{f"a{number}": [[0, 1, 1], [0, 0, 1]] for number in range(6)})
    folder = ImageFolder(root / "photos", root / "masks")
    for number in range(6):
        mask = Image.fromarray(np.uint8([[0, 1, 1], [0, 0, 1]]), "P")
        mask.putpalette([*_BLACK, *_RED])
        mask.save(root / "masks" / f"a{number}.png")
    load(folder, (2, 3), (0, 1))
    # The same picture, as Image.quantize or a program for small files may save it.
    mask = Image.fromarray(np.uint8([[1, 0, 0], [1, 1, 0]]), "P")
    mask.putpalette([*_RED, *_BLACK])
    mask.save(root / "masks" / "a3.png")
    with pytest.raises(DataError, match=r"as number . of its palette, and .*a\d\.png"):
        load(folder, (2, 3), (0, 1))
