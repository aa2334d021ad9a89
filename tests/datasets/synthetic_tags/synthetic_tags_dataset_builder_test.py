import pathlib
from typing import ClassVar

import tensorflow_datasets as tfds

from datasets.synthetic_tags import synthetic_tags_dataset_builder


class SyntheticTagsTest(tfds.testing.DatasetBuilderTestCase):
    DATASET_CLASS = synthetic_tags_dataset_builder.Builder
    # The rows are generated: there are no source files to make dummies of.
    EXAMPLE_DIR = pathlib.Path(__file__).parent
    SPLITS: ClassVar = {"train": 3000, "test": 1000}

    def test_the_description_says_that_the_rows_are_generated(self):
        description = self.builder.info.description
        self.assertStartsWith(description, "Synthetic tags: generated rows")
