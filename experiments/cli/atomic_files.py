"""Files of a run's folder, written so that a killed process leaves them whole."""

import os
import pathlib


def write_text(path: pathlib.Path, text: str) -> None:
    """Writes to a temporary file and renames it: readers see the old or the new one."""
    temporary = path.with_suffix(".tmp")
    with temporary.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)
