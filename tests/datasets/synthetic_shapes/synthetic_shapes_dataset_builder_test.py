import pathlib
from typing import ClassVar

import numpy as np
import pytest
import tensorflow_datasets as tfds

from datasets import loading
from datasets.synthetic_shapes import generative_model, synthetic_shapes_dataset_builder


@pytest.mark.slow
class SyntheticShapesTest(tfds.testing.DatasetBuilderTestCase):
    DATASET_CLASS = synthetic_shapes_dataset_builder.Builder
    # The pictures are generated: there are no source files to make dummies of.
    EXAMPLE_DIR = pathlib.Path(__file__).parent
    SPLITS: ClassVar = {"train": 400, "validation": 100, "test": 200}

    def test_the_description_says_that_the_pictures_are_generated(self):
        description = self.builder.info.description
        self.assertStartsWith(description, "Synthetic shapes: generated pictures")


@pytest.mark.slow
def test_loads_the_generated_pictures_in_their_order(tmp_path):
    data = loading.load("synthetic_shapes", data_dir=str(tmp_path))
    for split, pictures in generative_model.generate().items():
        arrays = data.splits[split]
        np.testing.assert_array_equal(arrays["image"], pictures.images)
        np.testing.assert_array_equal(arrays["mask"], pictures.masks)
    assert set(data.checksums) == {
        f"{split}/{feature}" for split in data.splits for feature in ("image", "mask")
    }
