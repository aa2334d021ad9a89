"""Checksums of source files, and of the arrays of generated data."""

import hashlib
import os
from collections.abc import Mapping

import numpy as np

from datasets.errors import DataError

_CHUNK_BYTES = 1 << 20


def sha256(path: str | os.PathLike[str]) -> str:
    """Computes the SHA-256 of a file.

    Args:
      path: The file.

    Returns:
      The checksum in hexadecimal digits.

    Raises:
      DataError: The file cannot be read.
    """
    digest = hashlib.sha256()
    try:
        with open(path, "rb") as file:
            while chunk := file.read(_CHUNK_BYTES):
                digest.update(chunk)
    except OSError as error:
        raise DataError(f"{path} cannot be read ({error.strerror})") from error
    return digest.hexdigest()


def file_checksums(
    paths: Mapping[str, str | os.PathLike[str]],
) -> dict[str, str]:
    """Computes the SHA-256 of each file, by its name.

    Args:
      paths: The files by name.

    Raises:
      DataError: A file cannot be read.
    """
    return {name: sha256(path) for name, path in paths.items()}


def array_checksums(
    splits: Mapping[str, Mapping[str, np.ndarray]],
) -> dict[str, str]:
    """Computes the SHA-256 of the bytes of each array.

    Args:
      splits: Split -> feature name -> array.

    Returns:
      "split/feature" -> SHA-256 in hexadecimal digits.
    """
    return {
        f"{split}/{feature}": hashlib.sha256(array.tobytes()).hexdigest()
        for split, arrays in splits.items()
        for feature, array in arrays.items()
    }
