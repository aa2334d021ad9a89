"""Loads images and masks of a user's own from folders."""

import dataclasses
import hashlib
import pathlib
import time
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from datasets.errors import DataError, read_each
from datasets.images.downsampling import shrink_mask
from datasets.images.files import Size, read_bytes, size_text
from datasets.images.masks import class_ids, decode_values
from datasets.images.pairs import Pair, find_pictures, pair_pictures
from datasets.images.rgb import decode_image
from datasets.loading import LoadedData


@dataclasses.dataclass(frozen=True)
class ImageFolder:
    """Where images and their masks lie.

    Attributes:
      images: folder of the images.
      masks: folder of their masks, paired by name (`picture_pairs`).
      test_images: folder of the test images; None takes some of `images`.
      test_masks: folder of their masks.
      test_fraction: the share of `images` that is taken where there are no test images.
    """

    images: pathlib.Path
    masks: pathlib.Path
    test_images: pathlib.Path | None = None
    test_masks: pathlib.Path | None = None
    test_fraction: float = 0.2

    def pairs(self) -> dict[str, list[Pair]]:
        """The pairs of the splits "train" and "test", by name.

        Which of the images are the test's depends on their names alone: seeds share
        their test images, and a new image moves few others.

        Raises:
          DataError: the folders do not pair up, or a split would have no image.
        """
        if self.test_images is None:
            return self._divided(pair_pictures(self.images, self.masks))
        tests = (self.test_images, self.test_masks)
        return {
            "train": pair_pictures(self.images, self.masks, apart=tests),
            "test": pair_pictures(*tests, apart=(self.images, self.masks)),
        }

    def _divided(self, pairs: list[Pair]) -> dict[str, list[Pair]]:
        held_out = round(len(pairs) * self.test_fraction)
        if not 0 < held_out < len(pairs):
            raise DataError(
                f"--test_fraction={self.test_fraction} leaves {held_out} test images "
                f"of {len(pairs)} in {self.images}: there have to be some, and others "
                "to train on; name other folders by --test_images and --test_masks"
            )
        drawn = {pair.name for pair in sorted(pairs, key=_draw)[:held_out]}
        return {
            "train": [pair for pair in pairs if pair.name not in drawn],
            "test": [pair for pair in pairs if pair.name in drawn],
        }


def load(folder: ImageFolder, size: Size, class_values: Sequence[int]) -> LoadedData:
    """Loads all images and masks.

    Args:
      folder: where they lie.
      size: height and width that all are brought to, H and W.
      class_values: the pixel value of each class.

    Returns:
      Splits "train" and "test" with "image", [N, H, W, 3], uint8, and "mask",
      [N, H, W], class ids, uint8, by name; one checksum of all names and files.

    Raises:
      DataError: a file is at fault, or all training masks have one and the same class.
    """
    begin = time.perf_counter()
    splits = {}
    for split, pairs in folder.pairs().items():
        examples = read_each(pairs, lambda pair: _read(pair, size, class_values))
        splits[split] = {
            "image": np.stack([example.image for example in examples]),
            "mask": np.stack([example.mask for example in examples]),
        }
    _require_classes(folder, splits["train"]["mask"], class_values)
    seconds = time.perf_counter() - begin
    return LoadedData("image_folder", splits, checksums(folder), seconds)


def checksums(folder: ImageFolder) -> dict[str, str]:
    """One SHA-256 of all names and files.

    Raises:
      DataError: a file is at fault.
    """
    digest = hashlib.sha256()
    for split, pairs in folder.pairs().items():
        for pair in pairs:
            contents = read_bytes(pair.image), read_bytes(pair.mask)
            of_files = tuple(map(_sha256, contents))
            digest.update(repr((split, pair.name, of_files)).encode())
    return {"images and masks": digest.hexdigest()}


def read_images(
    folder: pathlib.Path, size: Size
) -> tuple[list[str], np.ndarray, list[Size]]:
    """Reads the images of a folder, which need no masks, as `load` does.

    Returns:
      Names (the paths below the folder, without extensions), images [N, H, W, 3],
      uint8, and the height and width of each file.

    Raises:
      DataError: the folder or a file is at fault.
    """
    found = find_pictures(folder)
    read = read_each(
        list(found.values()), lambda path: decode_image(read_bytes(path), path, size)
    )
    images, sizes = zip(*read)
    return list(found), np.stack(images), list(sizes)


class _Example(NamedTuple):
    image: np.ndarray
    mask: np.ndarray


def _read(pair: Pair, size: Size, class_values: Sequence[int]) -> _Example:
    contents = read_bytes(pair.image), read_bytes(pair.mask)
    image, original = decode_image(contents[0], pair.image, size)
    values = decode_values(contents[1], pair.mask)
    if values.shape != original:
        raise DataError(
            f"{pair.mask} has {size_text(values.shape)} and its image {pair.image} "
            f"{size_text(original)}: bring both to one size"
        )
    mask = class_ids(values, class_values, pair.mask)
    if mask.shape != size:
        mask = shrink_mask(mask, size, len(class_values))
    return _Example(image, mask)


def _require_classes(
    folder: ImageFolder, masks: np.ndarray, class_values: Sequence[int]
) -> None:
    found = np.unique(masks)
    if len(found) == 1:
        raise DataError(
            f"all training masks of {folder.masks} have the class of value "
            f"{class_values[found[0]]} alone: there is nothing to learn; add masks "
            "with another class"
        )


def _draw(pair: Pair) -> str:
    return _sha256(pair.name.encode(errors="surrogateescape"))


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
