import io
import pathlib
import tarfile
from typing import ClassVar
from unittest import mock

import numpy as np
import pytest
import tensorflow_datasets as tfds
from PIL import Image

from datasets import loading
from datasets.errors import DataError
from datasets.lfw_parts import lfw_parts_dataset_builder
from datasets.preparation import source_files

_DUMMY = pathlib.Path(lfw_parts_dataset_builder.__file__).parent / "dummy_data"
_FILES = (
    "lfw-funneled.tgz",
    "parts_lfw_funneled_gt_images.tgz",
    "parts_train.txt",
    "parts_validation.txt",
    "parts_test.txt",
)
_SIZES = {"train": 3, "validation": 2, "test": 2}
_NAMES = {
    "train": ["Made_Up_0002", "Not_Real_0001", "Any_Body_Jr_0012"],
    "validation": ["Made_Up_0001", "No_One_0001"],
    "test": ["Some_One_0003", "Any_Body_Jr_0001"],
}


def _made_files(*_):
    return {name: _DUMMY / name for name in _FILES}


class LfwPartsTest(tfds.testing.DatasetBuilderTestCase):
    DATASET_CLASS = lfw_parts_dataset_builder.Builder
    SPLITS: ClassVar = _SIZES

    def setUp(self):
        super().setUp()
        self.enter_context(mock.patch.object(self.DATASET_CLASS, "SPLITS", _SIZES))
        # The made archives cannot have the pinned checksums.
        self.enter_context(mock.patch.object(source_files, "download", _made_files))


@pytest.fixture
def examples(tmp_path, monkeypatch):
    def examples(sizes=_SIZES, **paths):
        files = _made_files() | paths
        monkeypatch.setattr(source_files, "download", lambda *_: files)
        builder = lfw_parts_dataset_builder.Builder(data_dir=str(tmp_path))
        builder.SPLITS = sizes
        splits = builder._split_generators(None)
        return {split: [row for _, row in rows] for split, rows in splits.items()}

    return examples


def _members(archive):
    with tarfile.open(_DUMMY / archive) as tar:
        return {name: tar.extractfile(name).read() for name in tar.getnames()}


def test_rows_keep_the_order_of_the_lists(examples):
    images = _members("lfw-funneled.tgz")
    for split, rows in examples().items():
        assert [row["name"] for row in rows] == _NAMES[split]
        for row in rows:
            person = row["name"].rpartition("_")[0]
            file = images[f"lfw_funneled/{person}/{row['name']}.jpg"]
            assert row["full_image"] == file
            box = Image.open(io.BytesIO(file)).resize([32, 32], Image.Resampling.BOX)
            # Pillow's box takes whole pixels only, so it is nearly the same.
            difference = row["image"] - np.asarray(box, np.float32)
            assert np.abs(difference).mean() < 3


def test_small_masks_show_the_same_classes_as_full_ones(examples):
    for rows in examples().values():
        for row in rows:
            assert row["mask"].shape == (32, 32)
            assert row["full_mask"].shape == (250, 250)
            shares = [
                np.bincount(mask.ravel(), minlength=3) / mask.size
                for mask in (row["mask"], row["full_mask"])
            ]
            np.testing.assert_allclose(*shares, atol=0.02)


def test_a_list_of_another_length_is_named(examples):
    with pytest.raises(DataError, match=r"parts_train\.txt has 3 different names, ex"):
        examples(_SIZES | {"train": 1500})


def test_a_photograph_that_the_archive_lacks_is_named(examples, tmp_path):
    path = tmp_path / "parts_test.txt"
    path.write_text("Some_One 0003\nSome_One 4\n")
    with pytest.raises(DataError, match=r"lfw_funneled/Some_One/Some_One_0004\.jpg"):
        examples(**{path.name: path})


@pytest.mark.parametrize(
    ("archive", "member"),
    [
        ("lfw-funneled.tgz", "lfw_funneled/No_One/No_One_0001.jpg"),
        (
            "parts_lfw_funneled_gt_images.tgz",
            "parts_lfw_funneled_gt_images/No_One_0001.ppm",
        ),
    ],
)
def test_a_damaged_picture_is_named(examples, tmp_path, write_archive, archive, member):
    files = _members(archive)
    files[member] = files[member][:1000]
    path = write_archive(tmp_path / archive, files)
    with pytest.raises(DataError, match="is not a picture") as error:
        examples(**{archive: path})
    assert f"{archive}: {member} " in str(error.value)


def test_every_source_file_has_a_pinned_checksum():
    builder = lfw_parts_dataset_builder.Builder
    assert {info.filename for info in builder.url_infos.values()} == set(_FILES)
    assert all(len(info.checksum) == 64 for info in builder.url_infos.values())
    assert {len(digest) for digest in builder.OTHER_VERSIONS.values()} == {32, 64}


@pytest.fixture(scope="module")
def real_data_set(real_data_dir, tmp_path_factory):
    """Prepares the real data, once for all tests as it takes a while."""
    data_dir = str(tmp_path_factory.mktemp("prepared"))
    data = loading.load("lfw_parts", data_dir=data_dir, manual_dir=str(real_data_dir))
    return data_dir, data


@pytest.mark.slow
def test_real_lfw_parts(real_data_set):
    _, data = real_data_set
    for split, size in {"train": 1500, "validation": 500, "test": 927}.items():
        arrays = data.splits[split]
        assert set(arrays) == {"name", "image", "mask"}
        assert arrays["name"].shape == (size,)
        assert arrays["image"].shape == (size, 32, 32, 3)
        assert arrays["mask"].shape == (size, 32, 32)
        assert arrays["image"].dtype == arrays["mask"].dtype == np.uint8
    assert data.splits["train"]["name"][0] == "Inga_Hall_0001"
    assert data.splits["validation"]["name"][0] == "Dianne_Feinstein_0002"
    assert data.splits["test"]["name"][0] == "Jen_Schefft_0001"
    assert data.splits["test"]["name"][-1] == "William_Ford_Jr_0001"
    names = np.concatenate([arrays["name"] for arrays in data.splits.values()])
    assert len(set(names)) == 2927
    assert set(data.checksums) == set(_FILES)


@pytest.mark.slow
def test_the_classes_of_real_lfw_parts(real_data_set):
    masks = np.concatenate([a["mask"] for a in real_data_set[1].splits.values()])
    shares = np.bincount(masks.ravel()) / masks.size
    np.testing.assert_allclose(shares, [0.68, 0.22, 0.10], atol=0.01)


@pytest.mark.slow
def test_full_photographs_of_real_lfw_parts_are_loaded_on_request(real_data_set):
    data_dir, data = real_data_set
    full = loading.load(
        "lfw_parts",
        data_dir=data_dir,
        features=("name", "full_image", "full_mask"),
        splits=("validation",),
    )
    assert list(full.splits) == ["validation"]
    arrays = full.splits["validation"]
    assert set(arrays) == {"name", "full_image", "full_mask"}
    assert arrays["full_image"].shape == (500, 250, 250, 3)
    assert arrays["full_mask"].shape == (500, 250, 250)
    np.testing.assert_array_equal(arrays["name"], data.splits["validation"]["name"])
    means = [
        images.mean(axis=(1, 2, 3))
        for images in (arrays["full_image"], data.splits["validation"]["image"])
    ]
    np.testing.assert_allclose(*means, atol=1)
