"""Files of a run's folder, written so that a killed process leaves whole ones."""

import os
import pathlib


def write_text(path: pathlib.Path, text: str) -> None:
    """Writes aside, then renames: readers see the old file or the new one."""
    temporary = path.with_suffix(".tmp")
    with temporary.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)
