"""Reads the official lists of labelled photographs: lines of "Person Number"."""

import os

from datasets.errors import DataError


def read_names(path: str | os.PathLike[str]) -> list[str]:
    """Reads the names of the photographs in a list.

    Args:
      path: The file of the list.

    Returns:
      The names, such as "Jen_Schefft_0001", in the order of the list.

    Raises:
      DataError: A line is not of the form "Person Number"; the message names it.
    """
    with open(path, encoding="ascii", errors="replace") as file:
        return [
            _name(f"{path}, line {number}", line)
            for number, line in enumerate(file, start=1)
        ]


def _name(where: str, line: str) -> str:
    words = line.split()
    if len(words) != 2 or not words[1].isdecimal():
        raise DataError(
            f"{where}: {line.strip()!r} is not of the form 'Person Number': fetch the "
            "list again"
        )
    person, number = words
    # Some lines lack the leading zeros of the number, which all file names have.
    return f"{person}_{int(number):04d}"


def person(name: str) -> str:
    """Returns the name of the person in a photograph: its name without the number."""
    return name.rpartition("_")[0]
