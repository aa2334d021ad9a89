"""The feature type of an array of bytes: words, tags, pixels, class ids."""

import numpy as np
import tensorflow_datasets as tfds


def byte_tensor(*shape: int, compressed: bool = False) -> tfds.features.Tensor:
    """Returns the TFDS feature of a uint8 array of the shape [*shape].

    Args:
      *shape: its shape.
      compressed: whether it is stored compressed, which makes it slower to read.

    Returns:
      The feature.
    """
    # TFDS' default, a list of int64, makes preparing and reading several times slower.
    encoding = (
        tfds.features.Encoding.ZLIB if compressed else tfds.features.Encoding.BYTES
    )
    return tfds.features.Tensor(shape=shape, dtype=np.uint8, encoding=encoding)
