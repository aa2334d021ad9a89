"""Builder of Delicious, with Mulan's official split."""

from collections.abc import Mapping
from typing import ClassVar

import tensorflow_datasets as tfds

from datasets.preparation import mulan_builder


class Builder(mulan_builder.MulanBuilder):
    """Builder of Delicious: tags of web pages."""

    VERSION = tfds.core.Version("1.0.0")
    RELEASE_NOTES: ClassVar[dict[str, str]] = {
        "1.0.0": "Mulan's files, rows in their order."
    }

    LABELS_FILE = "delicious.xml"
    NUM_FEATURES = 500
    NUM_LABELS = 983
    SPLITS: ClassVar[Mapping[str, mulan_builder.ArffSplit]] = {
        "train": mulan_builder.ArffSplit("delicious-train.arff", 12920),
        "test": mulan_builder.ArffSplit("delicious-test.arff", 3185),
    }
