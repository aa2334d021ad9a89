"""What happened in each epoch: a list of records, kept in a JSON-lines file."""

import json
import os
import pathlib
from typing import Any

Record = dict[str, Any]


class History:
    """Records of epochs, `{"phase": ..., "epoch": ..., ...}`, in order.

    Args:
      path: The file; every record is on disk when `append` returns. None keeps the
        records in memory only.

    Attributes:
      records: All records.
    """

    def __init__(self, path: str | os.PathLike | None = None):
        self._path = None if path is None else pathlib.Path(path)
        self.records = [] if path is None else _read(self._path)

    def phase(self, phase: str) -> list[Record]:
        """The records of one phase."""
        return [record for record in self.records if record["phase"] == phase]

    def append(self, record: Record) -> None:
        """Adds a record."""
        self.records.append(record)
        if self._path is not None:
            with self._path.open("a") as file:
                file.write(json.dumps(record) + "\n")
                file.flush()
                os.fsync(file.fileno())

    def forget_after(self, phase: str, epoch: int) -> None:
        """Drops what a resumed phase will do again: its records after `epoch`."""
        self.records = [
            record
            for record in self.records
            if record["phase"] != phase or record["epoch"] <= epoch
        ]
        if self._path is not None:
            lines = "".join(json.dumps(record) + "\n" for record in self.records)
            temporary = self._path.with_suffix(".tmp")
            temporary.write_text(lines)
            temporary.replace(self._path)


def _read(path: pathlib.Path) -> list[Record]:
    """The whole records of the file; a process that was killed may leave a part."""
    records = []
    if path.exists():
        for line in path.read_text().splitlines():
            try:
                records.append(json.loads(line))
            except json.JSONDecodeError:
                break
    return records
