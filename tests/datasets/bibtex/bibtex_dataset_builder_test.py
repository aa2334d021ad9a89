import pathlib
from typing import ClassVar
from unittest import mock

import numpy as np
import pytest
import tensorflow_datasets as tfds

from datasets import loading
from datasets.arff.labels_xml import read_labels_xml
from datasets.arff.reader import read_arff
from datasets.bibtex import bibtex_dataset_builder
from datasets.errors import DataError
from datasets.preparation.mulan_builder import ArffSplit

_DUMMY = pathlib.Path(bibtex_dataset_builder.__file__).parent / "dummy_data"
_FILES = ("bibtex-train.arff", "bibtex-test.arff", "bibtex.xml")


class BibtexTest(tfds.testing.DatasetBuilderTestCase):
    DATASET_CLASS = bibtex_dataset_builder.Builder
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


@pytest.fixture
def generators(tmp_path):
    def generators(**constants):
        manager = mock.Mock(
            download=lambda urls: {name: _DUMMY / name for name in urls}
        )
        builder = bibtex_dataset_builder.Builder(data_dir=str(tmp_path))
        for constant, value in constants.items():
            setattr(builder, constant, value)
        splits = builder._split_generators(manager)
        return {split: list(examples) for split, examples in splits.items()}

    return generators


_MADE_SPLITS = {"train": ArffSplit("bibtex-train.arff", 6)}


def test_rows_keep_the_order_of_the_file(generators):
    examples = generators(SPLITS=_MADE_SPLITS)["train"]
    assert [key for key, _ in examples] == list(range(6))
    labels = np.stack([example["labels"] for _, example in examples])
    assert [list(np.flatnonzero(row)) for row in labels] == [
        [0],
        [1, 4],
        [158],
        [2],
        [64],
        [0, 1],
    ]


@pytest.mark.parametrize(
    ("constants", "message"),
    [
        ({}, r"bibtex-train.arff has 6 rows, expected 4880"),
        ({"NUM_LABELS": 160}, r"bibtex.xml has 159 labels, expected 160"),
        (
            {"NUM_FEATURES": 1835, "SPLITS": _MADE_SPLITS},
            r"bibtex-train.arff has 1836 features, expected 1835",
        ),
    ],
)
def test_a_file_of_another_size_is_named(generators, constants, message):
    with pytest.raises(DataError, match=message):
        generators(**constants)


def test_every_source_file_has_a_pinned_checksum():
    infos = bibtex_dataset_builder.Builder.url_infos
    assert {info.filename for info in infos.values()} == set(_FILES)
    assert all(len(info.checksum) == 64 for info in infos.values())


@pytest.mark.slow
def test_real_bibtex(real_data_dir, tmp_path):
    data = loading.load("bibtex", data_dir=str(tmp_path), manual_dir=str(real_data_dir))
    train, test = data.splits["train"], data.splits["test"]
    assert train["features"].shape == (4880, 1836)
    assert train["labels"].shape == (4880, 159)
    assert test["features"].shape == (2515, 1836)
    assert train["labels"].sum(axis=1).mean() == pytest.approx(2.380, abs=5e-4)
    assert test["labels"].sum(axis=1).mean() == pytest.approx(2.444, abs=5e-4)
    assert min(split["labels"].sum(axis=1).min() for split in (train, test)) > 0
    assert set(data.checksums) == set(_FILES)

    folder = real_data_dir / "bibtex"
    names = read_labels_xml(folder / "bibtex.xml")
    original = read_arff(folder / "bibtex-test.arff", names)
    np.testing.assert_array_equal(test["features"], original.features)
    np.testing.assert_array_equal(test["labels"], original.labels)


def test_a_damaged_copy_of_real_bibtex_is_refused(real_data_dir, tmp_path):
    folder = tmp_path / "manual" / "bibtex"
    folder.mkdir(parents=True)
    for name in _FILES:
        (folder / name).write_bytes((real_data_dir / "bibtex" / name).read_bytes())
    with (folder / "bibtex-train.arff").open("ab") as file:
        file.write(b"{0 1}\n")
    with pytest.raises(DataError, match=r"bibtex-train\.arff has SHA-256"):
        loading.load(
            "bibtex",
            data_dir=str(tmp_path / "prepared"),
            manual_dir=str(tmp_path / "manual"),
        )
