"""Loads a user's own images and masks from folders."""

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
from datasets.images.palettes import Palettes
from datasets.images.rgb import count_dark_images, decode_image
from datasets.loading import LoadedData


@dataclasses.dataclass(frozen=True)
class ImageFolder:
    """The folders of images and masks, and their division into training and test.

    Attributes:
      images: The folder of the images.
      masks: The folder of their masks, paired by name (`pair_pictures`).
      test_images: The folder of the test images; None holds out some of `images`.
      test_masks: The folder of the masks of `test_images`, which may be `masks`; None
        exactly without these.
      test_fraction: The fraction of `images` that is held out without `test_images`.
    """

    images: pathlib.Path
    masks: pathlib.Path
    test_images: pathlib.Path | None = None
    test_masks: pathlib.Path | None = None
    test_fraction: float = 0.2

    def pairs(self) -> dict[str, list[Pair]]:
        """Finds the pairs of the splits "train" and "test", each sorted by name.

        Held-out images are chosen by their names alone, so that all seeds have the same
        test images, and an added image moves few others.

        Returns:
          The pairs of each split.

        Raises:
          DataError: Images and masks do not pair up, a split would have no image, only
            one of the two test folders is given, or the test images are the others.
        """
        train = (self.images, self.masks)
        if self.test_images is None and self.test_masks is None:
            return self._divide(pair_pictures(*train))
        if self.test_images is None or self.test_masks is None:
            raise DataError(
                "test images and test masks have to be given together: name both "
                "folders, or neither"
            )
        if self.test_images.resolve() == self.images.resolve():
            raise DataError(
                f"{self.test_images} is given as the folder of the training and of the "
                "test images: name another one, or leave --test_images and "
                "--test_masks out to hold some of its images out"
            )
        test = (self.test_images, self.test_masks)
        of_train: tuple[str, ...] = ()
        of_test: tuple[str, ...] = ()
        if self.test_masks.resolve() == self.masks.resolve():
            of_train = tuple(find_pictures(self.images, excluded=test))
            of_test = tuple(find_pictures(self.test_images, excluded=train))
        return {
            "train": pair_pictures(*train, excluded=test, others=of_test),
            "test": pair_pictures(*test, excluded=train, others=of_train),
        }

    def _divide(self, pairs: list[Pair]) -> dict[str, list[Pair]]:
        held_out = round(len(pairs) * self.test_fraction)
        if not 0 < held_out < len(pairs):
            raise DataError(
                f"--test_fraction={self.test_fraction} leaves {held_out} test images "
                f"of {len(pairs)} in {self.images}: there have to be some, and others "
                "to train on; change it, or name folders by --test_images and "
                "--test_masks"
            )
        tests = {pair.name for pair in sorted(pairs, key=_hash_name)[:held_out]}
        return {
            "train": [pair for pair in pairs if pair.name not in tests],
            "test": [pair for pair in pairs if pair.name in tests],
        }


def load(folder: ImageFolder, size: Size, class_values: Sequence[int]) -> LoadedData:
    """Loads all images and masks.

    Args:
      folder: The folders of the images and masks.
      size: The height H and the width W to which all are resized, in pixels.
      class_values: The pixel value of each class.

    Returns:
      The splits "train" and "test", each with "image", `[N, H, W, 3]`, uint8, and
      "mask", class ids `[N, H, W]`, uint8, sorted by name; and one checksum of all
      names and files.

    Raises:
      DataError: A file is at fault, masks have other palettes than others, or all
        training masks consist of one class.
    """
    begin = time.perf_counter()
    splits, palettes = {}, Palettes()
    with count_dark_images():
        for split, pairs in folder.pairs().items():
            examples = read_each(
                pairs, lambda pair: _read_example(pair, size, class_values, palettes)
            )
            splits[split] = {
                "image": np.stack([example.image for example in examples]),
                "mask": np.stack([example.mask for example in examples]),
            }
    _require_classes(folder, splits["train"]["mask"], class_values)
    seconds = time.perf_counter() - begin
    return LoadedData("image_folder", splits, checksums(folder), seconds)


def checksums(folder: ImageFolder) -> dict[str, str]:
    """Computes one SHA-256 of all names and files.

    Args:
      folder: The folders of the images and masks.

    Returns:
      A name of the checksum, and its hexadecimal digits.

    Raises:
      DataError: A file is at fault, or the test has no images but training ones.
    """
    digest = hashlib.sha256()
    images: dict[str, set[str]] = {}
    for split, pairs in folder.pairs().items():
        for pair in pairs:
            contents = read_bytes(pair.image), read_bytes(pair.mask)
            of_files = tuple(map(_sha256, contents))
            digest.update(repr((split, pair.name, of_files)).encode())
            images.setdefault(split, set()).add(of_files[0])
    if folder.test_images and images["test"] <= images["train"]:
        raise DataError(
            f"all images of {folder.test_images} are training images in "
            f"{folder.images}, and a test needs others: name another folder, or leave "
            "--test_images and --test_masks out to hold some images out"
        )
    return {"images and masks": digest.hexdigest()}


def read_images(
    folder: pathlib.Path, size: Size
) -> tuple[list[str], np.ndarray, list[Size]]:
    """Reads the images of a folder as `load` does, without masks.

    Args:
      folder: The folder of the images.
      size: The height H and the width W to which all are resized, in pixels.

    Returns:
      The names (paths below the folder, without extensions), the images
      `[N, H, W, 3]`, uint8, and the height and width of each file, in pixels.

    Raises:
      DataError: The folder or a file is at fault.
    """
    found = find_pictures(folder)
    with count_dark_images():
        read = read_each(
            list(found.values()),
            lambda path: decode_image(read_bytes(path), path, size),
        )
    images, sizes = zip(*read)
    return list(found), np.stack(images), list(sizes)


class _Example(NamedTuple):
    """An image `[H, W, 3]`, and the class ids of its pixels, `[H, W]`; both uint8."""

    image: np.ndarray
    mask: np.ndarray


def _read_example(
    pair: Pair, size: Size, class_values: Sequence[int], palettes: Palettes
) -> _Example:
    contents = read_bytes(pair.image), read_bytes(pair.mask)
    image, original = decode_image(contents[0], pair.image, size)
    values = decode_values(contents[1], pair.mask, palettes)
    height, width = values.shape
    if (height, width) != original:
        raise DataError(
            f"{pair.mask} has {size_text((height, width))} and its image {pair.image} "
            f"{size_text(original)}: resize both to one size"
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


def _hash_name(pair: Pair) -> str:
    return _sha256(pair.name.encode(errors="surrogateescape"))


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
