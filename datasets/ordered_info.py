"""The description that all our data sets share."""

from collections.abc import Mapping

import tensorflow_datasets as tfds


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
