"""Reads files from a compressed tar archive in one pass, without unpacking it."""

import os
import tarfile
import zlib
from collections.abc import Iterator, Mapping

from datasets.errors import DataError


def read_members(
    path: str | os.PathLike[str], wanted: Mapping[str, str]
) -> Iterator[tuple[str, bytes]]:
    """Reads some files of an archive, and skips the others.

    Args:
      path: The archive.
      wanted: Path of a file inside the archive -> the caller's key for it.

    Yields:
      The caller's key and the bytes of each file, in the order of the archive.

    Raises:
      DataError: The archive is damaged, or lacks a file.
    """
    missing = dict(wanted)
    try:
        with tarfile.open(path, "r|gz") as archive:
            for member in archive:
                if not member.isfile() or member.name not in missing:
                    continue
                if (file := archive.extractfile(member)) is not None:
                    yield missing.pop(member.name), file.read()
    except (tarfile.TarError, zlib.error, EOFError, OSError) as error:
        raise DataError(
            f"{path} cannot be read ({error}): the archive is damaged; fetch it again"
        ) from error
    if missing:
        raise DataError(
            f"{path} lacks {len(missing)} of {len(wanted)} files, the first of them "
            f"{next(iter(missing))}: it is another version; fetch it again"
        )
