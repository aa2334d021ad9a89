"""The exception for faults of the data, and its use on many files."""

from collections.abc import Callable, Iterable
from typing import TypeVar

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
