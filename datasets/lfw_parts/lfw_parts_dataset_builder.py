"""Builder of LFW Part Labels, with the official split."""

import pathlib
import zlib
from collections.abc import Iterator, Mapping
from typing import ClassVar

import numpy as np
import tensorflow_datasets as tfds

from datasets.errors import DataError
from datasets.images import decoding, downsampling
from datasets.lfw_parts import archives, name_lists, part_masks
from datasets.preparation import source_files
from datasets.preparation.checksums import file_checksums
from datasets.preparation.features import byte_tensor, ordered_info

SIZE = 32

_IMAGES = "lfw-funneled.tgz"
_MASKS = "parts_lfw_funneled_gt_images.tgz"


class Builder(tfds.core.GeneratorBasedBuilder):
    """Builder of LFW Part Labels: photographs of faces and masks of hair and skin."""

    VERSION = tfds.core.Version("1.0.0")
    RELEASE_NOTES: ClassVar[dict[str, str]] = {
        "1.0.0": "The official split, photographs in the order of its lists."
    }
    MANUAL_DOWNLOAD_INSTRUCTIONS = (
        "Optional: the original files in this folder are used instead of downloads."
    )

    SPLITS: ClassVar[Mapping[str, int]] = {
        "train": 1500,
        "validation": 500,
        "test": 927,
    }

    # Features that are loaded on request only: metrics at the size of the original
    # photographs need them, and they take 250 MB for 1,000 photographs.
    ON_REQUEST = frozenset({"full_image", "full_mask"})

    # Both archives exist in two valid versions. Photographs: `checksums.tsv` lists the
    # original archive of all 13,233 photographs; the other one has only the 2,927 that
    # are labelled. Masks: `checksums.tsv` lists a repacked archive; the other one is
    # the original, of which only the MD5 is known.
    OTHER_VERSIONS: ClassVar[Mapping[str, str]] = {
        _IMAGES: "d7f249b229b4769c39b048ab64a3a0e7b5a327b7cff91267167e7f35ded295bc",
        _MASKS: "3e7e26e801c3081d651c8c2ef3c45cfc",
    }

    def _info(self) -> tfds.core.DatasetInfo:
        full = part_masks.SIZE
        return ordered_info(
            self,
            {
                "name": tfds.features.Text(),
                "image": byte_tensor(SIZE, SIZE, 3),
                "mask": byte_tensor(SIZE, SIZE),
                "full_image": tfds.features.Image(
                    shape=(full, full, 3), encoding_format="jpeg"
                ),
                "full_mask": byte_tensor(full, full, compressed=True),
            },
            ("image", "mask"),
        )

    def _split_generators(
        self, dl_manager: tfds.download.DownloadManager
    ) -> dict[str, Iterator[tuple[int, dict[str, object]]]]:
        paths = source_files.download(dl_manager, self.url_infos, self.OTHER_VERSIONS)
        self.info.metadata["sha256"] = file_checksums(paths)
        splits = {
            split: _read_names(paths[f"parts_{split}.txt"], size)
            for split, size in self.SPLITS.items()
        }
        names = [name for split in splits.values() for name in split]
        # The order of the lists is not that of the archives, which can only be read
        # from the start: all files are kept in memory, still compressed (60 MB).
        images = _read_images(paths[_IMAGES], names)
        masks = _read_masks(paths[_MASKS], names)
        return {
            split: self._generate_examples(split_names, images, masks)
            for split, split_names in splits.items()
        }

    def _generate_examples(
        self, names: list[str], images: dict[str, bytes], masks: dict[str, bytes]
    ) -> Iterator[tuple[int, dict[str, object]]]:
        full = part_masks.SIZE
        for row, name in enumerate(names):
            where = f"{_IMAGES}: {_image_member(name)}"
            image = decoding.decode(images[name], where, "RGB", (full, full))
            mask = np.frombuffer(zlib.decompress(masks[name]), np.uint8)
            mask = mask.reshape([full, full])
            yield (
                row,
                {
                    "name": name,
                    "image": downsampling.shrink_image(image, (SIZE, SIZE)),
                    "mask": downsampling.shrink_mask(
                        mask, (SIZE, SIZE), len(part_masks.CLASSES)
                    ),
                    "full_image": images[name],
                    "full_mask": mask,
                },
            )


def _read_names(path: pathlib.Path, expected: int) -> list[str]:
    names = name_lists.read_names(path)
    if len(set(names)) != expected:
        raise DataError(
            f"{path} has {len(set(names))} different names, expected {expected}: it is "
            "cut off or another version; fetch it again"
        )
    return names


def _read_images(path: pathlib.Path, names: list[str]) -> dict[str, bytes]:
    """Returns name -> bytes of the photograph's JPEG file."""
    wanted = {_image_member(name): name for name in names}
    return dict(archives.read_members(path, wanted))


def _read_masks(path: pathlib.Path, names: list[str]) -> dict[str, bytes]:
    """Returns name -> compressed class ids of the photograph's pixels."""
    wanted = {_mask_member(name): name for name in names}
    return {
        name: _compress_mask(content, f"{path}: {_mask_member(name)}")
        for name, content in archives.read_members(path, wanted)
    }


def _compress_mask(content: bytes, where: str) -> bytes:
    return zlib.compress(part_masks.decode(content, where).tobytes(), level=1)


def _image_member(name: str) -> str:
    return f"lfw_funneled/{name_lists.person(name)}/{name}.jpg"


def _mask_member(name: str) -> str:
    return f"parts_lfw_funneled_gt_images/{name}.ppm"
