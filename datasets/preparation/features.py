"""TFDS features and descriptions that the data sets share."""

from collections.abc import Mapping

import numpy as np
import tensorflow_datasets as tfds


def byte_tensor(*shape: int, compressed: bool = False) -> tfds.features.Tensor:
    """Returns the TFDS feature of a uint8 array.

    Args:
      *shape: The shape of the array.
      compressed: Whether the array is stored compressed, which makes reading slower.

    Returns:
      The feature.
    """
    # TFDS's default, a list of int64, is several times slower to prepare and to read.
    encoding = (
        tfds.features.Encoding.ZLIB if compressed else tfds.features.Encoding.BYTES
    )
    return tfds.features.Tensor(shape=shape, dtype=np.uint8, encoding=encoding)


def float_tensor(*shape: int) -> tfds.features.Tensor:
    """Returns the TFDS feature of a float32 array of that shape."""
    return tfds.features.Tensor(
        shape=shape, dtype=np.float32, encoding=tfds.features.Encoding.BYTES
    )


def ordered_info(
    builder: tfds.core.DatasetBuilder,
    features: Mapping[str, tfds.features.FeatureConnector],
    supervised_keys: tuple[str, str],
) -> tfds.core.DatasetInfo:
    """Describes a data set whose rows keep the order of their source.

    Args:
      builder: The builder of the data set, whose folder holds README and citations.
      features: Feature name -> feature of a row.
      supervised_keys: The names of the input and the output feature.

    Returns:
      The description, with empty metadata for the checksums of the sources.
    """
    return builder.dataset_info_from_configs(
        features=tfds.features.FeaturesDict(dict(features)),
        supervised_keys=supervised_keys,
        disable_shuffling=True,
        metadata=tfds.core.MetadataDict(),
    )
