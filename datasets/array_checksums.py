"""Checksums of generated data, which have no source files."""

import hashlib
from collections.abc import Mapping

import numpy as np


def array_checksums(
    splits: Mapping[str, Mapping[str, np.ndarray]],
) -> dict[str, str]:
    """Returns the SHA-256 of the bytes of each array.

    Args:
      splits: split -> feature name -> array.

    Returns:
      "split/feature" -> SHA-256 in hexadecimal digits.
    """
    return {
        f"{split}/{feature}": hashlib.sha256(array.tobytes()).hexdigest()
        for split, arrays in splits.items()
        for feature, array in arrays.items()
    }
