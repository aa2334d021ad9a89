"""The one error that a fault of the data raises."""

from collections.abc import Callable, Iterable
from typing import Any


class DataError(Exception):
    """A fault of the data that the user can mend.

    Its text is one sentence that names the file or thing at fault and the mend; a
    command line prints it as it is, without a traceback.
    """


def raise_first(faults: Iterable[str]) -> None:
    """Raises a DataError of the first of some faults that tells how many there are."""
    faults = list(faults)
    if faults:
        others = f" (and {len(faults) - 1} more)" if len(faults) > 1 else ""
        raise DataError(f"{faults[0]}{others}")


def read_each(items: Iterable[Any], read: Callable[[Any], Any]) -> list[Any]:
    """What `read` makes of each item; `raise_first` of its DataErrors, if any."""
    done, faults = [], []
    for item in items:
        try:
            done.append(read(item))
        except DataError as error:
            faults.append(str(error))
    raise_first(faults)
    return done
