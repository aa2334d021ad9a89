"""Reads the official lists of the labelled photographs, one "Person Number" a line."""

import os

from datasets.errors import DataError


def read_names(path: str | os.PathLike[str]) -> list[str]:
    """Returns the photographs' names, such as "Jen_Schefft_0001", in the list's order.

    Raises:
      DataError: a line is not of the form "Person Number"; the message names it.
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
    # Some lines have the number without the zeros that all file names have.
    return f"{person}_{int(number):04d}"


def person(name: str) -> str:
    """Returns the person whom a photograph shows: its name without the number."""
    return name.rpartition("_")[0]
