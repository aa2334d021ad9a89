"""The exception for faults of the data, its use on many files, and faults of disks."""

import errno
import os
from collections.abc import Callable, Iterable
from typing import TypeVar

# The ends of TensorFlow's messages when a file cannot be written or read.
_DISK_REASONS = tuple(
    os.strerror(number)
    for number in (
        *(errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO),
        *(errno.EROFS, errno.EACCES, errno.EPERM, errno.ENOENT),
    )
)

_Item = TypeVar("_Item")
_Result = TypeVar("_Result")


class DataError(Exception):
    """A fault of the data that the user can mend.

    The message is one sentence that names the file at fault and the mend; commands
    print it without a traceback.
    """


def raise_first(faults: Iterable[str]) -> None:
    """Raises the first fault as an error that also counts the others.

    Args:
      faults: The messages of the faults; without any, nothing is raised.

    Raises:
      DataError: There is a fault.
    """
    messages = list(faults)
    if messages:
        others = f" (and {len(messages) - 1} more)" if len(messages) > 1 else ""
        raise DataError(f"{messages[0]}{others}")


def read_each(
    items: Iterable[_Item], read: Callable[[_Item], _Result]
) -> list[_Result]:
    """Reads all items, and reports their faults together.

    Args:
      items: The items.
      read: The function that reads one of them.

    Returns:
      The result of each item.

    Raises:
      DataError: Items are at fault; the message is that of the first one, with the
        number of the others.
    """
    done, faults = [], []
    for item in items:
        try:
            done.append(read(item))
        except DataError as error:
            faults.append(str(error))
    raise_first(faults)
    return done


def disk_error(error: BaseException) -> str | None:
    """Returns why a file cannot be written or read, if that is behind an error.

    TensorFlow reports a full disk by errors of its own, which are no `OSError`, and
    TFDS raises others because of them.

    Args:
      error: The error.

    Returns:
      The reason in one line; None if it is of another kind.
    """
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, OSError):
            return str(cause)
        line = str(getattr(cause, "message", "")).strip().split("\n")[0]
        if hasattr(cause, "error_code") and line.endswith(_DISK_REASONS):
            return line
        cause = cause.__cause__
    return None
