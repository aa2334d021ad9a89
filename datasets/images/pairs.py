"""Pictures in folders, and the pairing of images with masks by name."""

import os
import pathlib
import unicodedata
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import NamedTuple

from datasets.errors import DataError, raise_first

LOSSLESS = (".png", ".bmp", ".gif", ".tif", ".tiff")
JPEG = (".jpg", ".jpeg")


class Pair(NamedTuple):
    """An image and its mask.

    Attributes:
      name: The path of either file below its folder, without the extension.
      image: The file of the image.
      mask: The file of the mask.
    """

    name: str
    image: pathlib.Path
    mask: pathlib.Path


def pair_pictures(
    images: pathlib.Path,
    masks: pathlib.Path,
    excluded: Sequence[pathlib.Path] = (),
    others: Collection[str] = (),
) -> list[Pair]:
    """Pairs the images of one folder with the masks of another.

    Args:
      images: The folder of the images, with its sub-folders.
      masks: The folder of the masks, named as the images except for the extension.
      excluded: The folders that are skipped inside of both.
      others: The names of images elsewhere whose masks may be in the same folder.

    Returns:
      The pairs, sorted by name.

    Raises:
      DataError: A folder is missing, cannot be read or holds no picture; two files have
        one name; a mask is a JPEG; an image has no mask, or a mask no image.
    """
    if images.resolve() == masks.resolve():
        raise DataError(
            f"{images} is given as the folder of the images and of the masks: put the "
            "masks into a folder of their own"
        )
    found_images = find_pictures(images, (masks, *excluded))
    found_masks = find_pictures(masks, (images, *excluded))
    raise_first(
        f"{path} is a JPEG, whose compression changes the class values at borders: "
        "save masks as PNG"
        for path in found_masks.values()
        if path.suffix.lower() in JPEG
    )
    raise_first(
        f"{path} has no mask: put {name}.png into {masks}, or remove the image"
        for name, path in found_images.items()
        if name not in found_masks
    )
    raise_first(
        f"{path} is the mask of no image: put {name}.jpg or {name}.png into {images}, "
        "or remove the mask"
        for name, path in found_masks.items()
        if name not in found_images and name not in others
    )
    return [Pair(name, path, found_masks[name]) for name, path in found_images.items()]


def find_pictures(
    folder: pathlib.Path, excluded: Iterable[pathlib.Path] = ()
) -> Mapping[str, pathlib.Path]:
    """Finds the pictures in a folder and its sub-folders.

    Files of other kinds are skipped, and so are files and folders whose name begins
    with a dot. Symbolic links are followed, except for those to folders that are
    searched anyway.

    Args:
      folder: The folder.
      excluded: The folders inside of it that are skipped.

    Returns:
      Name (`Pair.name`) -> file, sorted by name. Names are normalised: the two ways of
      writing an accented letter in Unicode are the same name.

    Raises:
      DataError: The folder is missing, cannot be read or holds no picture, or two
        pictures have one name.
    """
    if not folder.is_dir():
        raise DataError(f"there is no folder {folder}: name one that holds pictures")
    found: dict[str, pathlib.Path] = {}
    doubles = []
    for path in sorted(_files(folder, {other.resolve() for other in excluded})):
        name = path.relative_to(folder).with_suffix("").as_posix()
        first = found.setdefault(unicodedata.normalize("NFC", name), path)
        if first != path:
            doubles.append(f"{first} and {path} have one name: remove one of them")
    raise_first(doubles)
    if not found:
        raise DataError(
            f"{folder} holds no picture: put files into it that end in "
            f"{', '.join((*LOSSLESS, *JPEG))}"
        )
    return dict(sorted(found.items()))


def _files(folder: pathlib.Path, excluded: set[pathlib.Path]) -> list[pathlib.Path]:
    files: list[pathlib.Path] = []
    root = folder.resolve()
    known = {root, *excluded}
    for place, folders, names in os.walk(folder, onerror=_refuse, followlinks=True):
        here = pathlib.Path(place)
        folders[:] = [
            name
            for name in sorted(folders)
            if not name.startswith(".") and _is_new(here / name, root, known)
        ]
        files += [here / name for name in names if not name.startswith(".")]
    return [path for path in files if path.suffix.lower() in (*LOSSLESS, *JPEG)]


def _is_new(folder: pathlib.Path, root: pathlib.Path, known: set[pathlib.Path]) -> bool:
    """Returns whether a folder is not searched yet, and adds it to the known ones."""
    target = folder.resolve()
    # A link to a folder below the root would be a loop, or have its pictures twice.
    if target in known or (folder.is_symlink() and target.is_relative_to(root)):
        return False
    known.add(target)
    return True


def _refuse(error: OSError) -> None:
    raise DataError(
        f"the folder {error.filename} cannot be read ({error.strerror}): make it "
        "readable"
    ) from error
