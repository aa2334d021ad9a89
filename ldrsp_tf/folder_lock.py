"""Locks on a run's folder, which show whether a process still works in it."""

import fcntl
import pathlib
from typing import TextIO


def claim_folder(folder: pathlib.Path, name: str = "lock") -> TextIO | None:
    """Claims a folder, which is made if it is not there, without waiting.

    Args:
      folder: What is claimed.
      name: Of the lock's file. A run has another one than the command that started it
        and holds the folder for it.

    Returns:
      The open file that holds the lock: close it to give the folder back. A child
      process that inherits it holds the lock as well, so a folder stays claimed while
      the child of a killed process is at work. None if another process has the folder.
    """
    folder.mkdir(parents=True, exist_ok=True)
    file = (folder / name).open("w")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        file.close()
        return None
    return file
