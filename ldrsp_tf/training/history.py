"""The history of a training: a record of each epoch, kept in a JSON-lines file."""

import contextlib
import json
import os
import pathlib
from collections.abc import Iterator, Sequence
from typing import Any

from ldrsp_tf.errors import TrainingError
from ldrsp_tf.settings import plain_value
from ldrsp_tf.training.files import append_text, write_text

Record = dict[str, Any]


class History:
    """Records of epochs, `{"phase": ..., "epoch": ..., ...}`, in order.

    Args:
      path: The file; every record is on disk when `append` returns. None keeps the
        records in memory only.

    Attributes:
      path: The file; None if there is none.
      records: All records.
    """

    def __init__(self, path: str | os.PathLike[str] | None = None):
        self.path = None if path is None else pathlib.Path(path)
        self.records: list[Record] = []
        if self.path is not None and self.path.exists():
            # Bytes that are no text end the whole records as a broken line does.
            text = self.path.read_text(errors="replace")
            self.records = whole_records(text)
            # The rest of a last line of a killed process would spoil the next line.
            if text != to_lines(self.records):
                self._rewrite()

    def phase(self, phase: str) -> list[Record]:
        """Returns the records of one phase."""
        return [record for record in self.records if record["phase"] == phase]

    def append(self, record: Record) -> None:
        """Adds a record.

        Args:
          record: The record, which JSON can hold.

        Raises:
          TrainingError: The file cannot be written.
        """
        self.records.append(record)
        if self.path is not None:
            with _writing(self.path):
                append_text(self.path, to_lines([record]))

    def forget_after(self, phase: str, epoch: int) -> None:
        """Drops the records after an epoch, which a resumed phase will make again.

        Args:
          phase: The name of the phase.
          epoch: The last epoch whose record is kept.
        """
        self.records = [
            record
            for record in self.records
            if record["phase"] != phase or record["epoch"] <= epoch
        ]
        self._rewrite()

    def put_back(self, phase: str, records: list[Record]) -> None:
        """Puts records of a phase in the place of those that are there, if any are.

        Args:
          phase: The name of the phase.
          records: A copy of the records, in order; empty if there is none.
        """
        if records:
            others = [r for r in self.records if r["phase"] != phase]
            self.records = [*others, *records]

    def _rewrite(self) -> None:
        if self.path is not None:
            with _writing(self.path):
                write_text(self.path, to_lines(self.records))


@contextlib.contextmanager
def _writing(path: pathlib.Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise TrainingError(
            f"{path} cannot be written ({error.strerror}; is the disk full?): what was "
            "saved is kept, and the same command goes on from the last checkpoint."
        ) from error


def to_lines(records: Sequence[Record]) -> str:
    """Returns records as lines of JSON; numbers and arrays of NumPy may be in them."""
    lines = (json.dumps(record, default=plain_value) for record in records)
    return "".join(f"{line}\n" for line in lines)


def whole_records(text: str) -> list[Record]:
    """Returns the records in lines of JSON, until the first one that is damaged."""
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
