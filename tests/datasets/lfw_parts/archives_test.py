import os

import pytest

from datasets.errors import DataError
from datasets.lfw_parts import archives

_FILES = {"folder/b": b"second", "folder/a": b"first", "folder/other": b"not asked for"}


def test_reads_the_wanted_files_in_the_order_of_the_archive(tmp_path, write_archive):
    path = write_archive(tmp_path / "made.tgz", _FILES)
    wanted = {"folder/a": "A", "folder/b": "B"}
    assert list(archives.read_members(path, wanted)) == [
        ("B", b"second"),
        ("A", b"first"),
    ]


def test_a_missing_file_is_named(tmp_path, write_archive):
    path = write_archive(tmp_path / "made.tgz", _FILES)
    with pytest.raises(DataError, match=r"lacks 1 of 2 files, .* folder/c:") as error:
        list(archives.read_members(path, {"folder/a": "A", "folder/c": "C"}))
    assert str(path) in str(error.value)


@pytest.mark.parametrize("damage", ["cut off", "no archive", "empty", "flipped"])
def test_a_damaged_archive_is_named(tmp_path, write_archive, damage):
    path = write_archive(tmp_path / "made.tgz", {"folder/a": os.urandom(100_000)})
    content = bytearray(path.read_bytes())
    if damage == "flipped":
        content[len(content) // 2 :] = bytes(len(content) // 2)
    damaged = {"cut off": content[:50_000], "no archive": b"text", "empty": b""}
    path.write_bytes(damaged.get(damage, content))
    with pytest.raises(DataError, match="the archive is damaged") as error:
        list(archives.read_members(path, {"folder/a": "A"}))
    assert str(path) in str(error.value)
