"""A lock between processes, held on a file."""

import contextlib
import fcntl
import os
import pathlib
from collections.abc import Iterator


@contextlib.contextmanager
def hold_lock(path: pathlib.Path) -> Iterator[None]:
    """Holds a lock inside the block; waits while another process holds it.

    The operating system releases the lock when the process ends, even if it is killed.
    The file stays: deleting it would let two processes lock two different files of one
    name.

    Args:
      path: The file of the lock, created if missing.
    """
    with open(path, "a", opener=_open_no_link) as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _open_no_link(path: str, flags: int) -> int:
    """Opens a file that is no symbolic link, whose target could be any other file."""
    return os.open(path, flags | os.O_NOFOLLOW, 0o666)
