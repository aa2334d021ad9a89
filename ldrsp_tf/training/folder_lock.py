"""Locks on a run's folder, which show whether a process still works in it."""

import fcntl
import pathlib
from typing import TextIO

from ldrsp_tf.errors import UsageError
from ldrsp_tf.training.files import find_link, open_no_link

# The names below a folder that a training writes to in the middle.
_WRITTEN = ("checkpoints", "events", "metrics.jsonl")


def claim_folder(folder: pathlib.Path, name: str = "lock") -> TextIO | None:
    """Claims a folder without waiting; the folder is made if it does not exist.

    Args:
      folder: The folder.
      name: The name of the lock's file. A run has another one than the command that
        started it and holds the folder for it.

    Returns:
      The open file that holds the lock, which its closing releases. A child process
      that inherits it holds the lock as well, so a folder stays claimed while the child
      of a killed process is at work. None if another process has the folder.
    """
    folder.mkdir(parents=True, exist_ok=True)
    # It stays open: its lock ends with it.
    file = open(folder / name, "a", opener=open_no_link)  # noqa: SIM115
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        file.close()
        return None
    return file


def hold_folder(
    folder: pathlib.Path, name: str = "lock", instead: str = "another folder"
) -> TextIO:
    """Claims a folder that is to be written.

    Args:
      folder: The folder, which is made if it does not exist.
      name: The name of the lock's file.
      instead: The alternative that messages name, such as "another folder".

    Returns:
      The open file that holds the lock.

    Raises:
      UsageError: Another process has it, or it cannot be written, or a symbolic link
        in it leads to files elsewhere, which would be written.
    """
    link = find_link(*(folder / written for written in (name, *_WRITTEN)))
    if link is not None:
        raise UsageError(
            f"{link} is a symbolic link, which is not followed for writing; remove it, "
            f"or choose {instead}."
        )
    try:
        lock = claim_folder(folder, name)
    except OSError as error:
        raise unwritable(folder, error, instead) from error
    if lock is None:
        raise UsageError(
            f"Another process is at work in {folder}; wait for its end, or choose "
            f"{instead}."
        )
    return lock


def unwritable(folder: pathlib.Path, error: OSError, instead: str) -> UsageError:
    """Returns the error of a folder that cannot be written.

    Args:
      folder: The folder.
      error: The error of the operating system.
      instead: The alternative that the message names, such as "another folder".
    """
    return UsageError(
        f"The folder {folder} cannot be written ({error.strerror}); choose {instead}."
    )
