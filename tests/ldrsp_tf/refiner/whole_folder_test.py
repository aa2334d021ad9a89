import contextlib
import os
import pathlib
import signal
import threading

import pytest
import tensorflow as tf

from ldrsp_tf.errors import UsageError
from ldrsp_tf.refiner import whole_folder as module
from ldrsp_tf.refiner.whole_folder import require_replaceable, whole_folder

pytestmark = pytest.mark.slow

_OWN = ("a", "b", "sub")


def _write(folder, version, names=("a", "b", "sub/c")):
    with whole_folder(folder, _OWN, "model") as aside:
        for name in names:
            path = aside / name
            path.parent.mkdir(exist_ok=True)
            path.write_text(version)


def _read(folder):
    files = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_text() for path in files}


@pytest.fixture
def folder(tmp_path):
    """A folder with a content, and with files of others."""
    folder = tmp_path / "ä folder"
    _write(folder, "old")
    (folder / "others").mkdir()
    (folder / "others" / "file").write_text("kept")
    (folder / "link").symlink_to("/nowhere")
    return folder


_OTHERS = {"others/file": "kept"}
_OLD = {"a": "old", "b": "old", "sub/c": "old", **_OTHERS}
_NEW = {"a": "new", "sub/c": "new", **_OTHERS}


def test_the_content_is_replaced_and_the_rest_stays(folder, tmp_path):
    assert _read(folder) == _OLD
    folder.chmod(0o750)
    _write(folder, "new", ("a", "sub/c"))
    assert _read(folder) == _NEW
    assert (folder / "link").readlink() == pathlib.Path("/nowhere")
    assert folder.stat().st_mode & 0o777 == 0o750
    assert list(tmp_path.iterdir()) == [folder]


def test_files_that_cannot_be_linked_are_copied(folder, monkeypatch):
    def refuse(*paths, **options):
        raise PermissionError(1, "Operation not permitted")

    before = (folder / "others" / "file").stat()
    monkeypatch.setattr(os, "link", refuse)
    _write(folder, "new", ("a", "sub/c"))
    assert _read(folder) == _NEW
    assert (folder / "link").readlink() == pathlib.Path("/nowhere")
    after = (folder / "others" / "file").stat()
    assert (after.st_mode, after.st_mtime_ns) == (before.st_mode, before.st_mtime_ns)


def test_files_of_others_stay_beside_new_ones_in_a_sub_folder(tmp_path):
    folder = tmp_path / "masks"
    for names in (("sub/c", "sub/deep/d"), ("sub/c", "sub/deep/e", "a")):
        with whole_folder(folder, (), "masks") as aside:
            for name in names:
                (aside / name).parent.mkdir(parents=True, exist_ok=True)
                (aside / name).write_text(str(len(names)))
    assert _read(folder) == {
        **{"sub/c": "3", "sub/deep/d": "2", "sub/deep/e": "3", "a": "3"},
    }


def test_the_root_of_a_file_system_is_not_replaced():
    with pytest.raises(UsageError, match="the root of a file system"):
        require_replaceable("/proc", "masks")


def test_an_error_leaves_the_old_content(folder, tmp_path):
    with pytest.raises(KeyError), whole_folder(folder, _OWN, "model") as aside:
        (aside / "a").write_text("new")
        raise KeyError
    assert _read(folder) == _OLD
    assert list(tmp_path.iterdir()) == [folder]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_that_a_writer_would_swallow_leaves_the_old_content(
    number, folder, tmp_path
):
    def interrupt(number, frame):
        raise KeyboardInterrupt

    before = signal.signal(number, interrupt)
    try:
        with (
            pytest.raises(KeyboardInterrupt),
            whole_folder(folder, _OWN, "model") as aside,
        ):
            # As Keras does around some parts of a model.
            with contextlib.suppress(BaseException):
                os.kill(os.getpid(), number)
                (aside / "a").write_text("new")
            (aside / "b").write_text("new")
        assert signal.getsignal(number) is interrupt
    finally:
        signal.signal(number, before)
    assert _read(folder) == _OLD
    assert list(tmp_path.iterdir()) == [folder]


def test_another_thread_has_no_signals_to_wait_for(folder):
    thread = threading.Thread(target=_write, args=(folder, "new", ("a", "sub/c")))
    thread.start()
    thread.join()
    assert _read(folder) == _NEW


@pytest.mark.parametrize(
    "error", [OSError(28, "No space left"), tf.errors.UnknownError(None, None, "full")]
)
def test_a_full_disk_is_one_sentence(error, folder):
    with (
        pytest.raises(UsageError, match=r"The model cannot be written to .*make room"),
        whole_folder(folder, _OWN, "model"),
    ):
        raise error
    assert _read(folder) == _OLD


def _in_a_process_that_dies(monkeypatch, deed, at):
    """Does it in a fork that ends at its change `at`; returns whether it ended so."""
    changes = []

    def mortal(owner, name):
        real = getattr(owner, name)

        def change(*arguments, **options):
            changes.append(name)
            if len(changes) == at:
                os._exit(9)
            return real(*arguments, **options)

        monkeypatch.setattr(owner, name, change)

    child = os.fork()
    if child == 0:
        for owner, name in (
            *((pathlib.Path, name) for name in ("mkdir", "rename", "write_text")),
            *((module, name) for name in ("_exchange", "sync", "delete")),
            *((os, name) for name in ("link", "unlink", "rmdir", "fsync")),
        ):
            mortal(owner, name)
        deed()
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 9


def test_a_kill_at_any_change_leaves_the_old_or_the_new(folder, tmp_path, monkeypatch):
    found, at = [], 1
    while _in_a_process_that_dies(
        monkeypatch, lambda: _write(folder, "new", ("a", "sub/c")), at
    ):
        found.append(_read(folder))
        assert found[-1] in (_OLD, _NEW)
        _write(folder, "old")
        # The files that the killed process has left beside it are gone as well.
        assert list(tmp_path.iterdir()) == [folder]
        at += 1
    assert _OLD in found
    assert _NEW in found
    assert at > 15


def test_a_symbolic_link_leads_to_the_folder_that_is_replaced(folder, tmp_path):
    link = tmp_path / "link"
    link.symlink_to(folder)
    _write(link, "new", ("a", "sub/c"))
    assert link.is_symlink()
    assert _read(folder) == _NEW


def test_the_working_folder_is_not_replaced(folder, monkeypatch):
    monkeypatch.chdir(folder / "others")
    for path in (folder, pathlib.Path()):
        with pytest.raises(UsageError, match="would replace the working folder"):
            _write(path, "new")


def test_without_an_exchange_of_names_it_is_replaced_as_well(
    folder, tmp_path, monkeypatch
):
    monkeypatch.setattr(module, "_exchange", lambda *names: False)
    _write(folder, "new", ("a", "sub/c"))
    assert _read(folder) == _NEW
    assert list(tmp_path.iterdir()) == [folder]
