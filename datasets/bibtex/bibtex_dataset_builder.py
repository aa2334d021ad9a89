"""Builder of Bibtex, with Mulan's official split."""

from collections.abc import Mapping
from typing import ClassVar

import tensorflow_datasets as tfds

from datasets.preparation import mulan_builder


class Builder(mulan_builder.MulanBuilder):
    """Builder of Bibtex: tags of bibliography entries."""

    VERSION = tfds.core.Version("1.0.0")
    RELEASE_NOTES: ClassVar[dict[str, str]] = {
        "1.0.0": "Mulan's files, rows in their order."
    }

    LABELS_FILE = "bibtex.xml"
    NUM_FEATURES = 1836
    NUM_LABELS = 159
    SPLITS: ClassVar[Mapping[str, mulan_builder.ArffSplit]] = {
        "train": mulan_builder.ArffSplit("bibtex-train.arff", 4880),
        "test": mulan_builder.ArffSplit("bibtex-test.arff", 2515),
    }
