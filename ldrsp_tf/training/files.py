"""Files that a killed process, or a machine that loses its power, leaves whole.

A file is written aside under a name of its own, synced and renamed: readers see the old
or the new one. No symbolic link is followed for writing: in a folder that others may
write, it could lead to any file of this user's.
"""

import contextlib
import os
import pathlib
import platform
import secrets
import shutil
import tempfile
from collections.abc import Iterator

_PATTERN = "[\\"  # The characters that TensorFlow's readers do not take for themselves.
_NO_LINK = getattr(os, "O_NOFOLLOW", 0)  # Not every platform has it.


def write_text(path: pathlib.Path, text: str) -> None:
    """Writes a text file in UTF-8, whole or not at all.

    Args:
      path: The file; a symbolic link in its place is replaced.
      text: The content of the file.
    """
    temporary = aside_of(path)
    _write_synced(temporary, "x", text)
    replace(temporary, path)


def append_text(path: pathlib.Path, text: str) -> None:
    """Adds to the end of a text file in UTF-8; the text is on disk afterwards.

    Args:
      path: The file, which is made if it does not exist.
      text: The addition.

    Raises:
      OSError: The file is a symbolic link, or cannot be written.
    """
    _write_synced(path, "a", text)


def _write_synced(path: pathlib.Path, mode: str, text: str) -> None:
    try:
        with open(path, mode, encoding="utf-8", opener=open_no_link) as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        # A disk that is full does not tell which file it is about.
        error.filename = error.filename or os.fspath(path)
        raise


def open_no_link(path: str | os.PathLike[str], flags: int) -> int:
    """Opens a file that is no symbolic link, as an `opener` of `open` does.

    Args:
      path: The file.
      flags: The flags of `os.open`.

    Returns:
      The file descriptor.

    Raises:
      OSError: It is a symbolic link, or cannot be opened.
    """
    return os.open(path, flags | _NO_LINK, 0o666)


def aside_of(path: pathlib.Path) -> pathlib.Path:
    """Returns an unused name beside a path, to write to before a rename.

    Leftovers of killed processes are deleted (`delete_left_aside`).

    Args:
      path: The file or folder that is going to be written.
    """
    delete_left_aside(path)
    token = secrets.token_hex(4)
    return path.with_name(f"{_prefix(path)}{os.getpid()}-{token}.aside")


def delete_left_aside(path: pathlib.Path) -> None:
    """Deletes everything aside of a path whose process, of this machine, has ended.

    Args:
      path: The path that was given to `aside_of`.
    """
    prefix = _prefix(path)
    for left in path.parent.glob(".*.aside"):
        process = left.name.removeprefix(prefix).split("-")[0]
        if left.name.startswith(prefix) and not _is_alive(process):
            delete(left)


def _prefix(path: pathlib.Path) -> str:
    return f".{path.name}.{platform.node()}-"


def replace(source: pathlib.Path, target: pathlib.Path) -> None:
    """Renames a file that is synced already, and syncs its new folder.

    Args:
      source: The file.
      target: The new path; a file there is replaced.
    """
    source.replace(target)
    sync(target.parent)


def sync(path: pathlib.Path) -> None:
    """Waits until the content of a file, or the names in a folder, are on disk.

    Args:
      path: The file or folder.
    """
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def find_link(*paths: pathlib.Path) -> pathlib.Path | None:
    """Returns a symbolic link among paths and all that is below them; None if none.

    Args:
      *paths: The files and folders, which need not exist.
    """
    for path in paths:
        found = (below for below in (path, *path.rglob("*")) if below.is_symlink())
        if link := next(found, None):
            return link
    return None


def delete(path: pathlib.Path) -> None:
    """Deletes a file, or a folder with its content, as far as that is possible.

    Args:
      path: The file or folder.
    """
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
        return
    with contextlib.suppress(OSError):
        path.unlink()


def is_pattern(path: str | os.PathLike[str]) -> bool:
    """Returns whether TensorFlow's readers take a path for a pattern of other paths.

    Its writers do not, so that they write files which it cannot read.

    Args:
      path: The path, as it will be given to them.
    """
    # Windows' separators are no part of a pattern.
    posix = pathlib.Path(path).as_posix()
    return any(character in posix for character in _PATTERN)


@contextlib.contextmanager
def readable_path(path: pathlib.Path) -> Iterator[pathlib.Path]:
    """Yields a path to the same files that TensorFlow can read.

    Args:
      path: The path, or the common beginning of the paths of several files; one that
        TensorFlow would take for a pattern is reached by a symbolic link elsewhere.
    """
    if not is_pattern(path):
        yield path
        return
    with tempfile.TemporaryDirectory() as elsewhere:
        link = pathlib.Path(elsewhere, "folder")
        link.symlink_to(path.parent.absolute(), target_is_directory=True)
        yield link / path.name


def _is_alive(process: str) -> bool:
    try:
        os.kill(int(process), 0)
    except (ValueError, ProcessLookupError):
        return False
    except OSError:
        return True  # It is another user's.
    return True
