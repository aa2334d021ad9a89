"""The feature type of a row of binary words or tags."""

import tensorflow_datasets as tfds

from datasets.byte_tensor import byte_tensor


def binary_vector(length: int) -> tfds.features.Tensor:
    """Returns the TFDS feature of a vector of `length` values of 0 and 1, uint8."""
    return byte_tensor(length)
