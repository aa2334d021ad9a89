"""What happened in each epoch: a list of records, kept in a JSON-lines file."""

import contextlib
import json
import os
import pathlib
from collections.abc import Iterator
from typing import Any

from ldrsp_tf.errors import TrainingError

Record = dict[str, Any]


class History:
    """Records of epochs, `{"phase": ..., "epoch": ..., ...}`, in order.

    Args:
      path: The file; every record is on disk when `append` returns. None keeps the
        records in memory only.

    Attributes:
      path: The file, if there is one.
      records: All records.
    """

    def __init__(self, path: str | os.PathLike | None = None):
        self.path = None if path is None else pathlib.Path(path)
        self.records = []
        if self.path is not None and self.path.exists():
            # What is no text ends the whole records as a broken line does.
            text = self.path.read_text(errors="replace")
            self.records = _whole_records(text)
            # What a killed process left of a last line would spoil the line after it.
            if text != _lines(self.records):
                self._rewrite()

    def phase(self, phase: str) -> list[Record]:
        """The records of one phase."""
        return [record for record in self.records if record["phase"] == phase]

    def append(self, record: Record) -> None:
        """Adds a record; TrainingError if its file cannot be written."""
        self.records.append(record)
        if self.path is not None:
            with _writing(self.path), self.path.open("a") as file:
                file.write(_lines([record]))
                file.flush()
                os.fsync(file.fileno())

    def forget_after(self, phase: str, epoch: int) -> None:
        """Drops what a resumed phase will do again: its records after `epoch`."""
        self.records = [
            record
            for record in self.records
            if record["phase"] != phase or record["epoch"] <= epoch
        ]
        self._rewrite()

    def _rewrite(self) -> None:
        if self.path is not None:
            temporary = self.path.with_suffix(".tmp")
            with _writing(self.path):
                temporary.write_text(_lines(self.records))
                temporary.replace(self.path)


@contextlib.contextmanager
def _writing(path: pathlib.Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise TrainingError(
            f"{path} cannot be written ({error.strerror}; is the disk full?): what was "
            "saved is kept, and the same command goes on from the last checkpoint."
        ) from error


def _lines(records: list[Record]) -> str:
    return "".join(json.dumps(record) + "\n" for record in records)


def _whole_records(text: str) -> list[Record]:
    records = []
    for line in text.splitlines():
        try:
            record = json.loads(line)
        except json.JSONDecodeError:
            break
        if not _is_record(record):
            break
        records.append(record)
    return records


def _is_record(value: Any) -> bool:
    return (
        isinstance(value, dict)
        and isinstance(value.get("phase"), str)
        and isinstance(value.get("epoch"), int)
    )
