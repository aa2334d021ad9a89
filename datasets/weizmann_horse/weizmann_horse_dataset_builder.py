"""Builder of the Weizmann horses at 32 x 32, with the split of Li et al. (2013)."""

import pathlib
import zipfile
import zlib
from collections.abc import Iterator, Mapping, Sequence
from typing import ClassVar

import numpy as np
import tensorflow_datasets as tfds

from datasets.errors import DataError
from datasets.images import decoding
from datasets.preparation import source_files
from datasets.preparation.checksums import sha256
from datasets.preparation.features import byte_tensor, ordered_info

_ARCHIVE = "pics32.zip"
_SIZE = 32


class Builder(tfds.core.GeneratorBasedBuilder):
    """Builder of the Weizmann horses: photographs of horses and their masks."""

    VERSION = tfds.core.Version("1.0.0")
    RELEASE_NOTES: ClassVar[dict[str, str]] = {
        "1.0.0": "Li et al.'s split, pictures in the order of its lists."
    }

    # The first list has the ids of the training pictures, then of the validation ones.
    ID_LISTS: ClassVar[Mapping[str, Mapping[str, int]]] = {
        "train_id_list.txt": {"train": 160, "validation": 40},
        "test_id_list.txt": {"test": 128},
    }

    def _info(self) -> tfds.core.DatasetInfo:
        return ordered_info(
            self,
            {
                "image": byte_tensor(_SIZE, _SIZE, 3),
                "mask": byte_tensor(_SIZE, _SIZE),
            },
            ("image", "mask"),
        )

    def _split_generators(
        self, dl_manager: tfds.download.DownloadManager
    ) -> dict[str, Iterator[tuple[int, dict[str, np.ndarray]]]]:
        path = source_files.download(dl_manager, self.url_infos)[_ARCHIVE]
        self.info.metadata["sha256"] = {_ARCHIVE: sha256(path)}
        splits: dict[str, list[int]] = {}
        for list_name, sizes in self.ID_LISTS.items():
            ids = _read_ids(path, f"pics32/{list_name}", sum(sizes.values()))
            for split, size in sizes.items():
                splits[split], ids = ids[:size], ids[size:]
        return {
            split: self._generate_examples(path, ids) for split, ids in splits.items()
        }

    def _generate_examples(
        self, path: pathlib.Path, ids: Sequence[int]
    ) -> Iterator[tuple[int, dict[str, np.ndarray]]]:
        for row, number in enumerate(ids):
            image = _read_picture(path, f"pics32/images/horse-{number}.bmp", "RGB")
            mask = _read_picture(path, f"pics32/musks/musk-{number}.bmp", "L")
            _require_binary(f"{path}: pics32/musks/musk-{number}.bmp", mask)
            yield row, {"image": image, "mask": mask // 255}


def _read_ids(path: pathlib.Path, member: str, expected: int) -> list[int]:
    words = _read(path, member).decode(errors="replace").split()
    if len(words) != expected or len(set(words)) != expected:
        raise DataError(
            f"{path}: {member} has {len(set(words))} different ids, expected "
            f"{expected}: fetch {path.name} again"
        )
    try:
        return [int(word) for word in words]
    except ValueError as error:
        raise DataError(
            f"{path}: {member} holds something other than ids ({error}): fetch "
            f"{path.name} again"
        ) from error


def _read_picture(path: pathlib.Path, member: str, mode: str) -> np.ndarray:
    where = f"{path}: {member}"
    return decoding.decode(_read(path, member), where, mode, (_SIZE, _SIZE))


def _require_binary(where: str, mask: np.ndarray) -> None:
    others = set(np.unique(mask).tolist()) - {0, 255}
    if others:
        raise DataError(
            f"{where} has the value {min(others)}, expected only 0 and 255: fetch the "
            "archive again"
        )


def _read(path: pathlib.Path, member: str) -> bytes:
    try:
        with zipfile.ZipFile(path) as archive:
            return archive.read(member)
    except KeyError as error:
        raise DataError(
            f"{path} has no file {member}: it is another version; fetch it again"
        ) from error
    except (zipfile.BadZipFile, zlib.error, EOFError) as error:
        raise DataError(
            f"{path}: {member} cannot be read ({error}): the archive is damaged; fetch "
            "it again"
        ) from error
