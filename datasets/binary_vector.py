"""The feature type of a row of binary words or tags."""

import numpy as np
import tensorflow_datasets as tfds


def binary_vector(length: int) -> tfds.features.Tensor:
    """Returns the TFDS feature of a vector of `length` values of 0 and 1, uint8."""
    # TFDS' default, a list of int64, makes preparing and reading several times slower.
    return tfds.features.Tensor(
        shape=(length,), dtype=np.uint8, encoding=tfds.features.Encoding.BYTES
    )
