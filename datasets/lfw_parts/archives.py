"""Reads files of a compressed tar archive, in one pass and without unpacking it."""

import os
import tarfile
import zlib
from collections.abc import Iterator, Mapping

from datasets.errors import DataError


def read_members(
    path: str | os.PathLike[str], wanted: Mapping[str, str]
) -> Iterator[tuple[str, bytes]]:
    """Reads files of an archive, and leaves the others alone.

    Args:
      path: the archive.
      wanted: path of a file inside the archive -> what the caller calls it.

    Yields:
      What the caller calls a file, and its content, in the order of the archive.

    Raises:
      DataError: the archive is damaged, or lacks a file.
    """
    missing = dict(wanted)
    try:
        with tarfile.open(path, "r|gz") as archive:
            for member in archive:
                if member.isfile() and member.name in missing:
                    content = archive.extractfile(member).read()
                    yield missing.pop(member.name), content
    except (tarfile.TarError, zlib.error, EOFError, OSError) as error:
        raise DataError(
            f"{path} cannot be read ({error}): the archive is damaged; fetch it again"
        ) from error
    if missing:
        raise DataError(
            f"{path} lacks {len(missing)} of {len(wanted)} files, the first of them "
            f"{next(iter(missing))}: it is another version; fetch it again"
        )
