"""Pictures in folders, and images paired with their masks by name."""

import os
import pathlib
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from datasets.errors import DataError, raise_first

LOSSLESS = (".png", ".bmp", ".gif", ".tif", ".tiff")


JPEG = (".jpg", ".jpeg")


class Pair(NamedTuple):
    """An image and its mask.

    Attributes:
      name: the path below the folder of both, without the extension.
      image: file of the image.
      mask: file of the mask.
    """

    name: str
    image: pathlib.Path
    mask: pathlib.Path


def pair_pictures(
    images: pathlib.Path,
    masks: pathlib.Path,
    apart: Sequence[pathlib.Path] = (),
) -> list[Pair]:
    """Pairs the images of a folder with the masks of another one.

    Args:
      images: folder of the images; sub-folders belong to it.
      masks: folder of the masks, named as the images are but for the extension.
      apart: folders that belong to neither, even where they lie within.

    Returns:
      The pairs, by name.

    Raises:
      DataError: a folder is missing, cannot be read or holds no picture; two files have
        one name; a mask is a JPEG; an image has no mask, or a mask no image.
    """
    if images.resolve() == masks.resolve():
        raise DataError(
            f"images and masks are both said to lie in {images}: put the masks into a "
            "folder of their own"
        )
    found = find_pictures(images, (masks, *apart))
    drawn = find_pictures(masks, (images, *apart))
    raise_first(
        f"{path} is a JPEG, whose compression changes the class values at borders: "
        "save masks as PNG"
        for path in drawn.values()
        if path.suffix.lower() in JPEG
    )
    raise_first(
        f"{path} has no mask: put {name}.png into {masks}, or take the image away"
        for name, path in found.items()
        if name not in drawn
    )
    raise_first(
        f"{path} is the mask of no image: put {name}.jpg or {name}.png into {images}, "
        "or take the mask away"
        for name, path in drawn.items()
        if name not in found
    )
    return [Pair(name, found[name], drawn[name]) for name in found]


def find_pictures(
    folder: pathlib.Path, apart: Iterable[pathlib.Path] = ()
) -> Mapping[str, pathlib.Path]:
    """Finds the pictures in a folder and its sub-folders.

    Files of other kinds are passed over, and so is what is hidden by a dot.

    Args:
      folder: the folder.
      apart: folders that do not belong to it, even where they lie within.

    Returns:
      Name (`Pair.name`) -> file, by name. Two ways to write an accented letter in
      Unicode make one name.

    Raises:
      DataError: the folder is missing, cannot be read or holds no picture, or two
        pictures have one name.
    """
    if not folder.is_dir():
        raise DataError(f"there is no folder {folder}: name one that holds pictures")
    found: dict[str, pathlib.Path] = {}
    doubles = []
    for path in sorted(_files(folder, {other.resolve() for other in apart})):
        name = path.relative_to(folder).with_suffix("").as_posix()
        first = found.setdefault(unicodedata.normalize("NFC", name), path)
        if first != path:
            doubles.append(f"{first} and {path} have one name: take one of them away")
    raise_first(doubles)
    if not found:
        raise DataError(
            f"{folder} holds no picture: there should be files that end in "
            f"{', '.join((*LOSSLESS, *JPEG))}"
        )
    return dict(sorted(found.items()))


def _files(folder: pathlib.Path, apart: set[pathlib.Path]) -> list[pathlib.Path]:
    files = []
    for place, folders, names in os.walk(folder, onerror=_refuse):
        here = pathlib.Path(place)
        folders[:] = [
            name
            for name in folders
            if not name.startswith(".") and (here / name).resolve() not in apart
        ]
        files += [here / name for name in names if not name.startswith(".")]
    return [path for path in files if path.suffix.lower() in (*LOSSLESS, *JPEG)]


def _refuse(error: OSError) -> None:
    raise DataError(
        f"the folder {error.filename} cannot be read ({error.strerror}): allow it"
    ) from error
