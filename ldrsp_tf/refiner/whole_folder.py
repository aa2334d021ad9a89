"""A folder that is replaced as a whole: a kill leaves the old one or the new one."""

import contextlib
import ctypes
import os
import pathlib
import shutil
import signal
import threading
from collections.abc import Callable, Collection, Iterator
from types import FrameType

import tensorflow as tf

from ldrsp_tf.errors import UsageError, reason_of
from ldrsp_tf.training.files import aside_of, delete, sync

_AT_FDCWD, _RENAME_EXCHANGE = -100, 2  # Of Linux' renameat2.


@contextlib.contextmanager
def whole_folder(
    folder: str | os.PathLike[str], own: Collection[str], content: str
) -> Iterator[pathlib.Path]:
    """Yields a new folder that takes the place of another one if the block succeeds.

    Until then the old one is as it was. Files in it that are none of the content stay.

    Args:
      folder: The folder to write, which need not exist; the target of a symbolic link.
      own: The names in the folder that belong to the content: those of an earlier
        content that the new one lacks are deleted.
      content: The name of the content in messages, such as "refiner".

    Raises:
      UsageError: The folder cannot be written.
    """
    target = pathlib.Path(folder).resolve()
    require_replaceable(target, content)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        aside = aside_of(target)
        aside.mkdir()
    except OSError as error:
        raise _unwritable(folder, content, error) from error
    try:
        with _interrupts_wait():
            yield aside
            _keep_others(target, aside, own)
            _sync_all(aside)
        _put_in_place(aside, target)
        sync(target.parent)
    except (OSError, tf.errors.OpError) as error:
        raise _unwritable(folder, content, error) from error
    finally:
        # The old folder after an exchange, or a new one that has failed.
        delete(aside)


def require_replaceable(folder: str | os.PathLike[str], content: str) -> None:
    """Refuses folders that cannot be renamed, or should not be.

    These are the working folder and those above it, and the root of a file system.

    Args:
      folder: The folder that is going to be written.
      content: The name of the content in messages, such as "refiner".

    Raises:
      UsageError: It is one of them.
    """
    target = pathlib.Path(folder).resolve()
    if pathlib.Path.cwd().is_relative_to(target):
        raise UsageError(
            f"The {content} would replace the working folder, or one above it, "
            f"{target}; name a folder in it."
        )
    if target.is_mount():
        raise UsageError(
            f"The {content} would replace {target}, which is the root of a file "
            "system; name a folder in it."
        )


@contextlib.contextmanager
def _interrupts_wait() -> Iterator[None]:
    """Makes Ctrl-C and SIGTERM wait for the end of the block.

    Keras may swallow an exception in the middle of a writing, and go on without a part
    of it. Threads other than the main one get no signals, and a signal without a
    handler in Python ends the process at once.
    """
    noted: list[tuple[int, FrameType | None]] = []

    def note(number: int, frame: FrameType | None) -> None:
        noted.append((number, frame))

    handlers: dict[int, Callable[[int, FrameType | None], object]] = {}
    if threading.current_thread() is threading.main_thread():
        for ending in (signal.SIGINT, signal.SIGTERM):
            handler = signal.getsignal(ending)
            if callable(handler):
                handlers[ending] = handler
                signal.signal(ending, note)
    try:
        yield
    finally:
        for number, usual in handlers.items():
            signal.signal(number, usual)
    for number, frame in noted[:1]:
        handlers[number](number, frame)


def _unwritable(
    folder: str | os.PathLike[str], content: str, error: Exception
) -> UsageError:
    reason = getattr(error, "strerror", None) or reason_of(error)
    return UsageError(
        f"The {content} cannot be written to {os.fspath(folder)} ({reason}); choose "
        "another folder, or make room."
    )


def _keep_others(old: pathlib.Path, new: pathlib.Path, own: Collection[str]) -> None:
    """Links all that is not replaced in the old folder, or copies it, into the new."""
    if not old.exists():
        return
    shutil.copymode(old, new)
    for path in old.iterdir():
        kept = new / path.name
        if path.name in own:
            continue
        if not path.is_dir() or path.is_symlink():
            if not kept.exists():
                _link(path, kept)
        elif not kept.exists():
            shutil.copytree(path, kept, symlinks=True, copy_function=_link)
        elif kept.is_dir():
            _keep_others(path, kept, ())


def _link(source: str | os.PathLike[str], target: str | os.PathLike[str]) -> None:
    """Gives a file a second name, which its first may disappear without.

    Not every file system has hard links, and the kernel refuses those to files of
    another user: such a file is copied.
    """
    try:
        os.link(source, target, follow_symlinks=False)
    except OSError:
        shutil.copy2(source, target, follow_symlinks=False)


def _sync_all(folder: pathlib.Path) -> None:
    for parent, _, files in os.walk(folder):
        for name in files:
            path = pathlib.Path(parent, name)
            if path.is_file() and not path.is_symlink():
                sync(path)
        sync(pathlib.Path(parent))


def _put_in_place(new: pathlib.Path, target: pathlib.Path) -> None:
    """Renames the new folder; an old one then has the name of the new one."""
    if not target.exists():
        new.rename(target)
    elif not _exchange(new, target):
        # Without an exchange there is an instant without either.
        old = aside_of(target)
        target.rename(old)
        new.rename(target)
        delete(old)


def _exchange(one: pathlib.Path, other: pathlib.Path) -> bool:
    """Exchanges two names in one step, as far as system and file system can."""
    rename = getattr(ctypes.CDLL(None), "renameat2", None)
    if rename is None:
        return False
    paths = os.fsencode(one), os.fsencode(other)
    status = rename(_AT_FDCWD, paths[0], _AT_FDCWD, paths[1], _RENAME_EXCHANGE)
    return bool(status == 0)
