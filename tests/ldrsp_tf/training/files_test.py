import os
import pathlib
import subprocess
import sys

import pytest

from ldrsp_tf.errors import TrainingError, UsageError
from ldrsp_tf.training import files
from ldrsp_tf.training.folder_lock import claim_folder, hold_folder
from ldrsp_tf.training.history import History


@pytest.fixture
def target(tmp_path):
    """A file elsewhere, which links lead to."""
    target = tmp_path / "elsewhere"
    target.write_text("mine")
    return target


@pytest.fixture
def folder(tmp_path):
    folder = tmp_path / "folder"
    folder.mkdir()
    return folder


def test_a_text_is_replaced_whole_and_nothing_is_left(folder):
    for text in ("one ä", "two"):
        files.write_text(folder / "a", text)
        assert (folder / "a").read_text(encoding="utf-8") == text
    assert os.listdir(folder) == ["a"]


def test_files_have_the_usual_permissions(folder):
    (folder / "usual").touch()
    files.write_text(folder / "a", "")
    assert (folder / "a").stat().st_mode == (folder / "usual").stat().st_mode


def test_no_link_is_followed_for_writing(folder, target):
    for name in ("a", "lock"):
        (folder / name).symlink_to(target)
    with pytest.raises(OSError, match="symbolic link"):
        files.append_text(folder / "a", "more")
    with pytest.raises(OSError, match="symbolic link"):
        claim_folder(folder)
    files.write_text(folder / "a", "new")
    assert not (folder / "a").is_symlink()
    assert target.read_text() == "mine"
    target.write_text("")
    (folder / "metrics.jsonl").symlink_to(target)
    with pytest.raises(TrainingError, match=r"metrics\.jsonl cannot be written"):
        History(folder / "metrics.jsonl").append({"phase": "train", "epoch": 1})
    assert target.read_text() == ""


def test_a_lock_leaves_the_content_of_its_file(folder):
    (folder / "lock").write_text("kept")
    claim_folder(folder).close()
    assert (folder / "lock").read_text() == "kept"


@pytest.mark.parametrize(
    "name", ["lock", "metrics.jsonl", "checkpoints", "events", "checkpoints/a/latest"]
)
def test_a_folder_with_links_is_refused(name, folder, target):
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.symlink_to(target.parent, target_is_directory=True)
    with pytest.raises(UsageError, match=f"{name} is a symbolic link.*another folder"):
        hold_folder(folder)


def test_names_aside_are_unused(folder):
    path = folder / "a"
    names = {files.aside_of(path) for _ in range(20)}
    assert len(names) == 20
    assert {name.parent for name in names} == {folder}


def test_what_a_killed_process_has_left_is_deleted(folder):
    code = (
        "import pathlib, sys\n"
        "from ldrsp_tf.training.files import aside_of\n"
        "aside = aside_of(pathlib.Path(sys.argv[1]))\n"
        "aside.mkdir()\n"
        "(aside / 'file').touch()\n"
    )
    path, other = folder / "a", folder / "a.b"
    for left in (path, other):
        subprocess.run([sys.executable, "-c", code, left], check=True)
    mine = files.aside_of(other)  # This process is alive, the other one is not.
    mine.touch()
    assert len(os.listdir(folder)) == 2
    files.write_text(path, "")
    assert sorted(os.listdir(folder)) == sorted(["a", mine.name])


def test_what_is_renamed_was_synced_before(folder, monkeypatch):
    done = []
    synced, renamed = os.fsync, pathlib.Path.replace

    def fsync(descriptor):
        done.append(("sync", os.readlink(f"/proc/self/fd/{descriptor}")))
        synced(descriptor)

    def replace(path, target):
        done.append(("rename", str(path)))
        return renamed(path, target)

    monkeypatch.setattr(os, "fsync", fsync)
    monkeypatch.setattr(pathlib.Path, "replace", replace)
    files.write_text(folder / "a", "text")
    (file, aside), (rename, source), (last, parent) = done
    assert (file, rename, last) == ("sync", "rename", "sync")
    assert aside == source
    assert parent == str(folder)
