"""Builder of Bookmarks, split in the order of Mulan's one file."""

from collections.abc import Mapping
from typing import ClassVar

import tensorflow_datasets as tfds

from datasets.preparation import mulan_builder

_FILE = "bookmarks.arff"


class Builder(mulan_builder.MulanBuilder):
    """Builder of Bookmarks: tags of bookmarked web pages."""

    VERSION = tfds.core.Version("1.0.0")
    RELEASE_NOTES: ClassVar[dict[str, str]] = {
        "1.0.0": "Mulan's file, rows in its order."
    }

    NUM_FEATURES = 2150
    NUM_LABELS = 208
    # Belanger and McCallum (2016) give only the sizes; that the splits follow the order
    # of the file is our assumption.
    SPLITS: ClassVar[Mapping[str, mulan_builder.ArffSplit]] = {
        "train": mulan_builder.ArffSplit(_FILE, 48000),
        "validation": mulan_builder.ArffSplit(_FILE, 12000),
        "test": mulan_builder.ArffSplit(_FILE, 27856),
    }
