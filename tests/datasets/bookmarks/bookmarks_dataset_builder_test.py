from typing import ClassVar
from unittest import mock

import numpy as np
import pytest
import tensorflow_datasets as tfds

from datasets import loading
from datasets.bookmarks import bookmarks_dataset_builder
from datasets.errors import DataError
from datasets.preparation.mulan_builder import ArffSplit

_FILE = "bookmarks.arff"
_SIZES = {"train": 4, "validation": 2, "test": 3}
# The made files are as wide as the original one, but not as long.
_MADE_SPLITS = {split: ArffSplit(_FILE, size) for split, size in _SIZES.items()}


class BookmarksTest(tfds.testing.DatasetBuilderTestCase):
    DATASET_CLASS = bookmarks_dataset_builder.Builder
    SPLITS = _SIZES
    DL_DOWNLOAD_RESULT: ClassVar = {_FILE: _FILE}

    def setUp(self):
        super().setUp()
        self.enter_context(
            mock.patch.object(self.DATASET_CLASS, "SPLITS", _MADE_SPLITS)
        )


@pytest.fixture
def generators(tmp_path):
    def generators(splits=_MADE_SPLITS):
        manager = mock.Mock(download=lambda _: {_FILE: tmp_path / _FILE})
        builder = bookmarks_dataset_builder.Builder(data_dir=str(tmp_path))
        builder.SPLITS = splits
        return builder._split_generators(manager)

    return generators


@pytest.mark.parametrize("dense", [False, True])
def test_the_splits_take_the_rows_in_the_order_of_the_file(
    generators, write_made_file, tmp_path, dense
):
    features, labels = write_made_file(tmp_path / _FILE, num_rows=9, dense=dense)
    splits = generators()
    assert list(splits) == ["train", "validation", "test"]
    begin = 0
    # The order in which they are asked for does not matter.
    examples = {split: list(splits[split]) for split in reversed(splits)}
    for split, size in _SIZES.items():
        assert [key for key, _ in examples[split]] == list(range(size))
        rows = slice(begin, begin + size)
        for name, expected in (("features", features), ("labels", labels)):
            made = np.stack([example[name] for _, example in examples[split]])
            np.testing.assert_array_equal(made, expected[rows])
        begin += size


@pytest.mark.parametrize("num_rows", [8, 10])
def test_a_file_with_another_number_of_rows_is_named(
    generators, write_made_file, tmp_path, num_rows
):
    write_made_file(tmp_path / _FILE, num_rows, dense=False)
    with pytest.raises(DataError, match=f"{_FILE} has {num_rows} rows, expected 9"):
        generators()


def test_the_splits_have_the_published_sizes():
    sizes = {
        split: source.num_rows
        for split, source in bookmarks_dataset_builder.Builder.SPLITS.items()
    }
    assert sizes == {"train": 48000, "validation": 12000, "test": 27856}
    assert sum(sizes.values()) == 87856


def test_the_source_file_has_a_pinned_checksum():
    (info,) = bookmarks_dataset_builder.Builder.url_infos.values()
    assert (info.filename, info.size) == (_FILE, 73273832)
    assert len(info.checksum) == 64


def test_real_bookmarks(real_data_dir, tmp_path):
    if not (real_data_dir / "bookmarks").is_dir():
        pytest.skip(f"no original data: {real_data_dir} has no folder bookmarks")
    data = loading.load(
        "bookmarks", data_dir=str(tmp_path), manual_dir=str(real_data_dir)
    )
    labels = np.concatenate([split["labels"] for split in data.splits.values()])
    assert labels.shape == (87856, 208)
    assert labels.sum(axis=1).mean() == pytest.approx(2.028, abs=5e-4)
