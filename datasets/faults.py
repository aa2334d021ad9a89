"""Faults of many files, told in one sentence."""

from collections.abc import Callable, Iterable
from typing import Any

from datasets.errors import DataError


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
