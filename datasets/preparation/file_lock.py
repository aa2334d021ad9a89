"""A lock between processes, held through a file."""

import contextlib
import fcntl
import pathlib
from collections.abc import Iterator


@contextlib.contextmanager
def hold_lock(path: pathlib.Path) -> Iterator[None]:
    """Holds the lock inside the block; waits while another process holds it.

    The operating system frees the lock when its process ends, however it ends. The file
    stays: deleting it would let two processes lock two different files of one name.
    """
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
