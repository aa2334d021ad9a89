"""The official superpixels of LFW Part Labels, for its superpixel accuracy.

They are not part of the prepared data: only this metric needs their archive, and it is
used if it lies beside the other original files.
"""

import pathlib
from collections.abc import Sequence

import numpy as np

from datasets.errors import DataError
from datasets.lfw_parts import archives, name_lists
from datasets.lfw_parts.part_masks import SIZE

ARCHIVE = "parts_lfw_funneled_superpixels_mat.tgz"


def archive_path(manual_dir: str | pathlib.Path | None) -> pathlib.Path | None:
    """Returns the path of the archive in a folder of original files.

    Args:
      manual_dir: The folder that holds the original files in a sub-folder `lfw_parts`,
        or None.

    Returns:
      The path, or None if there is no archive.
    """
    if manual_dir is None:
        return None
    path = pathlib.Path(manual_dir).expanduser() / "lfw_parts" / ARCHIVE
    return path if path.is_file() else None


def official_superpixels(
    manual_dir: str | pathlib.Path | None, names: Sequence[str]
) -> dict[str, np.ndarray] | None:
    """Reads the superpixels of photographs.

    Args:
      manual_dir: The folder that holds the original files in a sub-folder `lfw_parts`,
        or None.
      names: The names of the photographs, such as "Jen_Schefft_0001".

    Returns:
      Name -> the number of each pixel's superpixel, `[SIZE, SIZE]`, uint16; or None if
      there is no archive.

    Raises:
      DataError: The archive is damaged, or lacks one of the photographs.
    """
    path = archive_path(manual_dir)
    if path is None:
        return None
    wanted = {_member(name): name for name in names}
    superpixels = {
        name: _parse(f"{path}: {_member(name)}", content)
        for name, content in archives.read_members(path, wanted)
    }
    return {name: superpixels[name] for name in names}


def _member(name: str) -> str:
    folder = ARCHIVE.removesuffix(".tgz")
    return f"{folder}/{name_lists.person(name)}/{name}.dat"


def _parse(where: str, content: bytes) -> np.ndarray:
    """Parses a file of SIZE lines of SIZE numbers, to `[SIZE, SIZE]`."""
    try:
        numbers = np.array(content.split(), dtype=np.int64)
    except (ValueError, OverflowError) as error:
        raise DataError(
            f"{where} holds something other than whole numbers: fetch {ARCHIVE} again"
        ) from error
    if numbers.size != SIZE**2:
        raise DataError(
            f"{where} has {numbers.size} numbers, expected {SIZE}x{SIZE}: fetch "
            f"{ARCHIVE} again"
        )
    if numbers.min() < 0 or numbers.max() > np.iinfo(np.uint16).max:
        raise DataError(
            f"{where} has superpixel numbers from {numbers.min()} to {numbers.max()}: "
            f"fetch {ARCHIVE} again"
        )
    return numbers.astype(np.uint16).reshape([SIZE, SIZE])
