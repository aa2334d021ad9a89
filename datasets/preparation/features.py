"""Feature types and descriptions that the data sets share."""

from collections.abc import Mapping

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


def binary_vector(length: int) -> tfds.features.Tensor:
    """Returns the TFDS feature of a vector of `length` values of 0 and 1, uint8."""
    return byte_tensor(length)


def ordered_info(
    builder: tfds.core.DatasetBuilder,
    features: Mapping[str, tfds.features.FeatureConnector],
    supervised_keys: tuple[str, str],
) -> tfds.core.DatasetInfo:
    """Describes rows that keep the order of their source.

    Args:
      builder: whose folder has the texts of the description.
      features: name -> feature of a row.
      supervised_keys: the names of input and output.

    Returns:
      The description, with metadata that can take the checksums of the sources.
    """
    return builder.dataset_info_from_configs(
        features=tfds.features.FeaturesDict(dict(features)),
        supervised_keys=supervised_keys,
        disable_shuffling=True,
        metadata=tfds.core.MetadataDict(),
    )
