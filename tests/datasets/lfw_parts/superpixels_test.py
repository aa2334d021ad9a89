import numpy as np
import pytest

from datasets.errors import DataError
from datasets.lfw_parts import superpixels

_NAMES = ("Made_Up_0002", "Any_Body_Jr_0012")


def _dat(numbers):
    return "\n".join(" ".join(map(str, row)) for row in numbers).encode()


def _path(name):
    folder = "parts_lfw_funneled_superpixels_mat"
    return f"{folder}/{name.rpartition('_')[0]}/{name}.dat"


@pytest.fixture
def numbers():
    random = np.random.RandomState(0)
    return {name: random.randint(0, 260, [250, 250]) for name in _NAMES}


@pytest.fixture
def write(tmp_path, write_archive):
    """Writes the archive into the manual folder, and returns that folder."""

    def write(files):
        write_archive(tmp_path / "lfw_parts" / superpixels.ARCHIVE, files)
        return tmp_path

    return write


def test_reads_the_superpixels_of_the_photographs_in_their_order(write, numbers):
    files = {_path(name): _dat(numbers[name]) for name in reversed(_NAMES)}
    folder = write(files | {_path("Not_Asked_0001"): b"not for us"})
    read = superpixels.official_superpixels(folder, _NAMES)
    assert list(read) == list(_NAMES)
    for name, array in read.items():
        np.testing.assert_array_equal(array, numbers[name])
        assert array.dtype == np.uint16


def test_without_the_archive_there_are_none(tmp_path):
    assert superpixels.official_superpixels(None, _NAMES) is None
    assert superpixels.official_superpixels(tmp_path, _NAMES) is None


def test_an_archive_without_a_photograph_is_named(write, numbers):
    folder = write({_path(_NAMES[0]): _dat(numbers[_NAMES[0]])})
    with pytest.raises(DataError, match=r"lacks 1 of 2 files, .*Any_Body_Jr_0012\.dat"):
        superpixels.official_superpixels(folder, _NAMES)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "has 0 numbers, expected 250x250"),
        (b"1 " * 62_499, "has 62499 numbers"),
        (b"1 " * 62_499 + b"x", "something other than whole numbers"),
        (b"1 " * 62_499 + b"1.5", "something other than whole numbers"),
        (b"1 " * 62_499 + b"-1", "numbers from -1 to 1"),
        (b"1 " * 62_499 + b"65536", "numbers from 1 to 65536"),
        (b"1 " * 62_499 + b"9" * 30, "something other than whole numbers"),
    ],
)
def test_a_damaged_file_is_named(write, content, message):
    folder = write({_path("Made_Up_0002"): content})
    with pytest.raises(DataError, match=message) as error:
        superpixels.official_superpixels(folder, ["Made_Up_0002"])
    assert _path("Made_Up_0002") in str(error.value)
    assert superpixels.ARCHIVE in str(error.value)


def test_a_damaged_archive_is_named(tmp_path, write, numbers):
    folder = write({_path(name): _dat(numbers[name]) for name in _NAMES})
    path = tmp_path / "lfw_parts" / superpixels.ARCHIVE
    path.write_bytes(path.read_bytes()[:10_000])
    with pytest.raises(DataError, match="the archive is damaged"):
        superpixels.official_superpixels(folder, _NAMES)
