import dataclasses
import pathlib
import re
from typing import ClassVar
from unittest import mock

import numpy as np
import pytest
import tensorflow_datasets as tfds

from datasets import loading
from datasets.arff.labels_xml import read_labels_xml
from datasets.arff.reader import read_arff
from datasets.errors import DataError
from datasets.mulan import mulan_dataset_builder
from datasets.mulan.splits import divide
from datasets.preparation.mulan_sets import SETS
from datasets.preparation.source_files import own_url_infos

_FOLDER = pathlib.Path(mulan_dataset_builder.__file__).parent
_DUMMY = _FOLDER / "dummy_data"
_PATHS = {name: f"{one.name}/{name}" for one in SETS.values() for name in one.files}
# The columns of the made features; those of genbase are nominal, others have a column
# for each of three values.
_COLUMNS = {
    **dict.fromkeys(("cal500", "emotions", "scene", "yeast"), 3),
    **dict.fromkeys(("corel5k", "enron", "medical"), 7),
    **dict.fromkeys(("flags", "genbase"), 5),
    **dict.fromkeys(("birds", "foodtruck"), 6),
}
_MADE = {
    name: dataclasses.replace(
        one, train_rows=6, test_rows=3, features=_COLUMNS[name], labels=3
    )
    for name, one in SETS.items()
}


@pytest.mark.slow
class MulanTest(tfds.testing.DatasetBuilderTestCase):
    DATASET_CLASS = mulan_dataset_builder.Builder
    SPLITS: ClassVar = {"train": 6, "test": 3}
    DL_DOWNLOAD_RESULT: ClassVar = _PATHS

    def setUp(self):
        self.enter_context(mock.patch.object(mulan_dataset_builder, "SETS", _MADE))
        super().setUp()


@pytest.fixture
def examples(tmp_path, monkeypatch):
    """A function from the name of a set to the splits that its builder makes."""
    monkeypatch.setattr(mulan_dataset_builder, "SETS", _MADE)
    manager = mock.Mock(
        download=lambda urls: {name: _DUMMY / _PATHS[name] for name in urls}
    )

    def make(name):
        builder = mulan_dataset_builder.Builder(data_dir=str(tmp_path), config=name)
        splits = builder._split_generators(manager)
        return builder, {split: [x for _, x in rows] for split, rows in splits.items()}

    return make


def test_nominal_values_are_columns_and_numbers_stay(examples):
    _, splits = examples("birds")
    features = np.stack([row["features"] for row in splits["test"]])
    np.testing.assert_allclose(
        features,
        [
            [35.8099, 92.0656, 1, 1, 0, 0],
            [55.3657, 67.4290, 0, 0, 1, 0],
            [66.2133, 10.9555, 1, 0, 0, 1],
        ],
        rtol=1e-6,
    )
    assert features.dtype == np.float32
    labels = [row["labels"].tolist() for row in splits["test"]]
    # The row without a label is kept.
    assert labels == [[1, 1, 0], [0, 0, 0], [0, 0, 1]]


def test_binary_features_stay_bytes(examples):
    _, splits = examples("corel5k")
    assert splits["test"][1]["features"].tolist() == [1, 0, 1, 0, 1, 1, 1]
    assert splits["test"][1]["features"].dtype == np.uint8


def test_labels_have_the_order_of_the_xml_file(examples):
    builder, splits = examples("enron")
    names = ["made third", "made_second", "made first"]
    assert builder.info.metadata["inputs"]["labels"] == names
    data = read_arff(_DUMMY / "enron" / "enron-train.arff", names)
    rows = np.stack([row["labels"] for row in splits["train"]])
    np.testing.assert_array_equal(rows, data.labels)


def test_the_columns_are_described(examples):
    builder, _ = examples("birds")
    assert builder.info.metadata["inputs"] == {
        "train_file": "birds-train.arff",
        "labels": ["made first", "made_second", "made third"],
        "features": [
            ["made0", []],
            ["made1", []],
            ["hasSegments", ["0", "1"]],
            ["location", ["1", "2", "3"]],
        ],
    }
    assert set(builder.info.metadata["sha256"]) == set(SETS["birds"].files)


def test_a_set_without_a_split_is_divided(examples):
    _, splits = examples("cal500")
    path = _DUMMY / "cal500" / "cal500.arff"
    data = read_arff(path, ["made first", "made_second", "made third"])
    for split, rows in divide(9).items():
        found = np.stack([row["features"] for row in splits[split]])
        np.testing.assert_array_equal(found, data.features[rows])


def test_a_division_takes_each_row_once_and_never_changes():
    parts = divide(9)
    # numpy.random.RandomState(0).permutation(9) is 7 2 1 4 8 6 3 0 5 in every version.
    assert parts["test"].tolist() == [1, 2, 7]
    assert parts["train"].tolist() == [0, 3, 4, 5, 6, 8]
    for name in ("cal500", "foodtruck"):
        one = SETS[name]
        parts = divide(one.train_rows + one.test_rows)
        assert (len(parts["train"]), len(parts["test"])) == (
            one.train_rows,
            one.test_rows,
        )


@pytest.mark.parametrize("change", [{"train_rows": 7}, {"features": 5}, {"labels": 4}])
def test_a_file_of_another_size_is_refused(examples, monkeypatch, change):
    other = {**_MADE, "birds": dataclasses.replace(_MADE["birds"], **change)}
    monkeypatch.setattr(mulan_dataset_builder, "SETS", other)
    (what,) = change
    with pytest.raises(DataError, match=f"{what.removeprefix('train_')}, expected"):
        examples("birds")


def test_every_source_file_has_a_pinned_checksum_and_is_of_one_set(tmp_path):
    infos = mulan_dataset_builder.Builder.url_infos
    assert {info.filename for info in infos.values()} == set(_PATHS)
    assert len(infos) == len(_PATHS) == sum(len(one.files) for one in SETS.values())
    assert all(len(info.checksum) == 64 and info.size for info in infos.values())
    for name, one in SETS.items():
        builder = mulan_dataset_builder.Builder(data_dir=str(tmp_path), config=name)
        own = own_url_infos(builder)
        assert {info.filename for info in own.values()} == set(one.files)
        assert all(f"/{name}/{info.filename}" in url for url, info in own.items())


def test_files_that_are_missing_are_named_with_their_folder(tmp_path):
    with pytest.raises(DataError, match=r"mulan/scene/scene-\w+\.arff") as error:
        loading.load("mulan/scene", data_dir=str(tmp_path), manual_dir=str(tmp_path))
    assert "birds" not in str(error.value)


def _table() -> dict[str, list[str]]:
    """The cells of the table of README.md, by the name of the set."""
    lines = re.findall(
        r"^\| (\w+) \|(.*)\|$", (_FOLDER / "README.md").read_text(), re.M
    )
    return {name: [cell.strip() for cell in cells.split("|")] for name, cells in lines}


def test_the_readme_has_every_set():
    table = _table()
    assert set(table) - {"set"} == set(SETS)
    for name, one in SETS.items():
        cells = table[name]
        assert cells[:3] == [one.content, f"{one.train_rows:,}", f"{one.test_rows:,}"]
        kind = ", binary" if one.is_binary else ""
        assert cells[3:5] == [f"{one.features:,}{kind}", str(one.labels)]


@pytest.mark.slow
@pytest.mark.parametrize("name", SETS)
def test_real_data(real_data_dir, tmp_path, name):
    if not (real_data_dir / "mulan" / name).is_dir():
        pytest.skip(f"no original data: {real_data_dir}/mulan/{name} does not exist")
    one = SETS[name]
    data = loading.load(
        f"mulan/{name}", data_dir=str(tmp_path), manual_dir=str(real_data_dir)
    )
    train, test = data.splits["train"], data.splits["test"]
    for split, rows in ((train, one.train_rows), (test, one.test_rows)):
        assert split["features"].shape == (rows, one.features)
        assert split["labels"].shape == (rows, one.labels)
    assert set(data.checksums) == set(one.files)
    sizes = [split["labels"].sum(1) for split in (train, test)]
    counts = " + ".join(str(np.sum(size == 0)) for size in sizes)
    assert _table()[name][5:7] == [
        " / ".join(f"{size.mean():.2f}" for size in sizes),
        "0" if counts == "0 + 0" else counts,
    ]

    folder = real_data_dir / "mulan" / name
    names = read_labels_xml(folder / one.labels_file)
    assert data.inputs["labels"] == names
    original = read_arff(folder / (one.test_file or one.train_file), names)
    rows = slice(None)
    if one.test_file is None:
        rows = divide(one.train_rows + one.test_rows)["test"]
    np.testing.assert_array_equal(test["features"], original.features[rows])
    np.testing.assert_array_equal(test["labels"], original.labels[rows])
