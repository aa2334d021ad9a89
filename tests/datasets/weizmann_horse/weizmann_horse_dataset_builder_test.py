import io
import pathlib
import shutil
import zipfile
from typing import ClassVar
from unittest import mock

import numpy as np
import pytest
import tensorflow_datasets as tfds
from PIL import Image

from datasets import loading
from datasets.errors import DataError
from datasets.weizmann_horse import weizmann_horse_dataset_builder

_DUMMY = pathlib.Path(weizmann_horse_dataset_builder.__file__).parent / "dummy_data"
_MADE_LISTS = {
    "train_id_list.txt": {"train": 3, "validation": 2},
    "test_id_list.txt": {"test": 2},
}


class WeizmannHorseTest(tfds.testing.DatasetBuilderTestCase):
    DATASET_CLASS = weizmann_horse_dataset_builder.Builder
    SPLITS: ClassVar = {"train": 3, "validation": 2, "test": 2}
    DL_DOWNLOAD_RESULT: ClassVar = {"pics32.zip": "pics32.zip"}

    def setUp(self):
        super().setUp()
        self.enter_context(
            mock.patch.object(self.DATASET_CLASS, "ID_LISTS", _MADE_LISTS)
        )


@pytest.fixture
def archive(tmp_path):
    """Returns a copy of the made archive, and a function that changes its files."""
    path = tmp_path / "pics32.zip"
    shutil.copy(_DUMMY / path.name, path)

    def change(**contents):
        with zipfile.ZipFile(path) as old:
            files = {name: old.read(name) for name in old.namelist()}
        files |= contents
        with zipfile.ZipFile(path, "w") as new:
            for name, content in files.items():
                if content is not None:
                    new.writestr(name, content)

    return path, change


@pytest.fixture
def examples(archive, tmp_path):
    def examples(lists=_MADE_LISTS):
        manager = mock.Mock(download=lambda _: {"pics32.zip": archive[0]})
        builder = weizmann_horse_dataset_builder.Builder(data_dir=str(tmp_path))
        builder.ID_LISTS = lists
        splits = builder._split_generators(manager)
        return {split: list(rows) for split, rows in splits.items()}

    return examples


def _bmp(pixels):
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "BMP")
    return file.getvalue()


def test_rows_keep_the_order_of_the_lists(archive, examples):
    made = examples()
    ids = {"train": [7, 3, 11], "validation": [5, 2], "test": [9, 4]}
    with zipfile.ZipFile(archive[0]) as pictures:
        for split, rows in made.items():
            assert [key for key, _ in rows] == list(range(len(ids[split])))
            for number, (_, example) in zip(ids[split], rows):
                file = pictures.open(f"pics32/images/horse-{number}.bmp")
                np.testing.assert_array_equal(example["image"], Image.open(file))
                file = pictures.open(f"pics32/musks/musk-{number}.bmp")
                np.testing.assert_array_equal(255 * example["mask"], Image.open(file))


@pytest.mark.parametrize(
    ("member", "content", "message"),
    [
        ("images/horse-3.bmp", None, "has no file"),
        ("images/horse-3.bmp", b"BM", "is not a picture"),
        (
            "images/horse-3.bmp",
            _bmp(np.zeros([32, 31, 3], np.uint8)),
            "is a picture of 31x32 pixels, RGB, expected 32x32, RGB",
        ),
        (
            "musks/musk-3.bmp",
            _bmp(np.zeros([32, 32, 3], np.uint8)),
            "is a picture of 32x32 pixels, RGB, expected 32x32, L",
        ),
        (
            "musks/musk-3.bmp",
            _bmp(np.full([32, 32], 7, np.uint8)),
            "has the value 7, expected only 0 and 255",
        ),
        ("train_id_list.txt", b"7\n3\n11\n5\n", "has 4 different ids, expected 5"),
        ("train_id_list.txt", b"7\n3\n11\n5\n7\n", "has 4 different ids, expected 5"),
        ("train_id_list.txt", b"7\n3\n11\n5\nx\n", "something other than ids"),
    ],
)
def test_a_bad_file_inside_the_archive_is_named(
    archive, examples, member, content, message
):
    path, change = archive
    change(**{f"pics32/{member}": content})
    with pytest.raises(DataError, match=message) as error:
        examples()
    assert str(path) in str(error.value)
    assert f"pics32/{member}" in str(error.value)
    assert "again" in str(error.value)


def test_a_damaged_archive_is_named(archive, examples):
    path, _ = archive
    path.write_bytes(path.read_bytes()[:5000])
    with pytest.raises(DataError, match="the archive is damaged") as error:
        examples()
    assert str(path) in str(error.value)


def test_the_source_file_has_a_pinned_checksum():
    (info,) = weizmann_horse_dataset_builder.Builder.url_infos.values()
    assert info.filename == "pics32.zip"
    assert len(info.checksum) == 64


@pytest.mark.slow
def test_real_weizmann_horse(real_data_dir, tmp_path):
    data = loading.load(
        "weizmann_horse", data_dir=str(tmp_path), manual_dir=str(real_data_dir)
    )
    for split, size in {"train": 160, "validation": 40, "test": 128}.items():
        arrays = data.splits[split]
        assert arrays["image"].shape == (size, 32, 32, 3)
        assert arrays["mask"].shape == (size, 32, 32)
        assert arrays["image"].dtype == arrays["mask"].dtype == np.uint8
        assert (arrays["mask"].max(axis=(1, 2)) == 1).all()
        assert 0.1 < arrays["mask"].mean() < 0.4
    assert set(data.checksums) == {"pics32.zip"}

    with zipfile.ZipFile(real_data_dir / "weizmann_horse" / "pics32.zip") as archive:
        train = archive.read("pics32/train_id_list.txt").split()
        test = archive.read("pics32/test_id_list.txt").split()
        ids = {"train": train[:160], "validation": train[160:], "test": test}
        for split, numbers in ids.items():
            for row in (0, -1):
                name = f"pics32/images/horse-{int(numbers[row])}.bmp"
                np.testing.assert_array_equal(
                    data.splits[split]["image"][row], Image.open(archive.open(name))
                )
    assert [int(number) for number in ids["train"][:3]] == [23, 175, 198]
    assert [int(number) for number in ids["test"][:3]] == [18, 87, 193]
