import pytest

from ldrsp_tf.refiner.refiner import Refiner
from tests.ldrsp_tf.refiner.saved_refiner import (
    FILES,
    assembled,
    assert_same_prediction,
    change_description,
    files_of,
)


def test_a_later_refiner_replaces_all_files(copied, make_refiner, tags, eagerly):
    later = assembled(make_refiner, tags, method="baseline")
    later.save(copied)
    assert files_of(copied) == ["generator.keras", "refiner.json"]
    assert_same_prediction(Refiner.load(copied), later, tags[0])


def test_a_folder_that_cannot_be_written_is_refused(fitted, tmp_path, refused):
    (tmp_path / "file").touch()
    for folder in (tmp_path / "file", tmp_path / "file" / "below"):
        with refused("cannot be written to .*; choose another folder"):
            fitted.save(folder)


def test_a_folder_without_a_refiner_is_refused(tmp_path, refused):
    for folder in (tmp_path, tmp_path / "missing"):
        with refused(r"holds no whole refiner: refiner\.json is missing"):
            Refiner.load(folder)


@pytest.mark.parametrize("name", FILES)
def test_a_missing_file_is_named(name, copied, refused):
    (copied / name).unlink()
    with refused(f"no whole refiner: {name} is missing"):
        Refiner.load(copied)


@pytest.mark.parametrize("share", [0.0, 0.5, 0.98])
@pytest.mark.parametrize("name", FILES)
def test_a_file_that_is_cut_off_is_named(name, share, copied, refused):
    content = (copied / name).read_bytes()
    (copied / name).write_bytes(content[: int(share * len(content))])
    with refused(f"{name} is damaged .*save the refiner again"):
        Refiner.load(copied)


@pytest.mark.parametrize("name", ["generator.keras", "discriminator.keras"])
def test_a_damaged_file_is_named(name, copied, refused):
    content = bytearray((copied / name).read_bytes())
    middle = len(content) // 2
    content[middle] ^= 255
    (copied / name).write_bytes(content)
    with refused(f"{name} is damaged .*save the refiner again"):
        Refiner.load(copied)


@pytest.mark.parametrize("number", [0, 1, "2", None])
def test_another_format_is_refused(number, copied, refused):
    change_description(copied, lambda told: told.update(format=number))
    with refused(f"has format {number}, but this version reads 2 and 3"):
        Refiner.load(copied)


@pytest.mark.parametrize(
    "change",
    [
        lambda told: told.pop("format"),
        lambda told: told.pop("space"),
        lambda told: told.update(space=None),
        lambda told: told.update(method="ldrps"),
        lambda told: told["settings"].update(speed=1),
        lambda told: told.update(shapes=[7, 5]),
    ],
)
def test_a_damaged_description_is_refused(change, copied, refused):
    change_description(copied, change)
    with refused(r"refiner\.json is damaged"):
        Refiner.load(copied)
