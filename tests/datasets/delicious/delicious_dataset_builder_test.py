import pathlib
from typing import ClassVar
from unittest import mock

import numpy as np
import pytest
import tensorflow_datasets as tfds

from datasets import loading
from datasets.arff.labels_xml import read_labels_xml
from datasets.arff.reader import read_arff
from datasets.delicious import delicious_dataset_builder
from datasets.preparation.mulan_builder import ArffSplit

_DUMMY = pathlib.Path(delicious_dataset_builder.__file__).parent / "dummy_data"
_FILES = ("delicious-train.arff", "delicious-test.arff", "delicious.xml")


class DeliciousTest(tfds.testing.DatasetBuilderTestCase):
    DATASET_CLASS = delicious_dataset_builder.Builder
    SPLITS: ClassVar = {"train": 6, "test": 4}
    DL_DOWNLOAD_RESULT: ClassVar = {name: name for name in _FILES}

    def setUp(self):
        super().setUp()
        # The made files are as wide as the original ones, but not as long.
        rows = {
            split: ArffSplit(source.file, self.SPLITS[split])
            for split, source in self.DATASET_CLASS.SPLITS.items()
        }
        self.enter_context(mock.patch.object(self.DATASET_CLASS, "SPLITS", rows))


def test_rows_without_a_tag_are_kept(tmp_path):
    manager = mock.Mock(download=lambda urls: {name: _DUMMY / name for name in urls})
    builder = delicious_dataset_builder.Builder(data_dir=str(tmp_path))
    builder.SPLITS = {"test": ArffSplit("delicious-test.arff", 4)}
    examples = dict(builder._split_generators(manager)["test"])
    tags = [list(np.flatnonzero(examples[row]["labels"])) for row in range(4)]
    assert tags == [[0], [1, 5], [982], []]


def test_every_source_file_has_a_pinned_checksum():
    infos = delicious_dataset_builder.Builder.url_infos
    assert {info.filename for info in infos.values()} == set(_FILES)
    assert all(len(info.checksum) == 64 for info in infos.values())


@pytest.mark.slow
def test_real_delicious(real_data_dir, tmp_path):
    data = loading.load(
        "delicious", data_dir=str(tmp_path), manual_dir=str(real_data_dir)
    )
    train, test = data.splits["train"], data.splits["test"]
    assert train["features"].shape == (12920, 500)
    assert train["labels"].shape == (12920, 983)
    assert test["features"].shape == (3185, 500)
    tags = {split: data.splits[split]["labels"].sum(axis=1) for split in data.splits}
    assert tags["train"].mean() == pytest.approx(19.047, abs=5e-4)
    assert tags["test"].mean() == pytest.approx(18.910, abs=5e-4)
    assert (tags["train"] == 0).sum() == 10
    assert (tags["test"] == 0).sum() == 4
    assert set(data.checksums) == set(_FILES)

    folder = real_data_dir / "delicious"
    names = read_labels_xml(folder / "delicious.xml")
    original = read_arff(folder / "delicious-test.arff", names)
    np.testing.assert_array_equal(test["features"], original.features)
    np.testing.assert_array_equal(test["labels"], original.labels)
