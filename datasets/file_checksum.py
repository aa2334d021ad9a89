"""The checksum of a file."""

import hashlib
import os

from datasets.errors import DataError

_CHUNK_BYTES = 1 << 20


def sha256(path: str | os.PathLike[str]) -> str:
    """Returns the SHA-256 of a file in hexadecimal digits.

    Raises:
      DataError: the file cannot be read.
    """
    digest = hashlib.sha256()
    try:
        with open(path, "rb") as file:
            while chunk := file.read(_CHUNK_BYTES):
                digest.update(chunk)
    except OSError as error:
        raise DataError(f"{path} cannot be read ({error.strerror})") from error
    return digest.hexdigest()
