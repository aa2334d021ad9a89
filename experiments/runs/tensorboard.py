"""Curves of a run for TensorBoard."""

import contextlib
import pathlib
from collections.abc import Iterator

import tensorflow as tf

from datasets.errors import disk_error
from ldrsp_tf.errors import TrainingError
from ldrsp_tf.training.history import Record


class Events:
    """A writer of the numbers in each epoch's record.

    Args:
      folder: The folder of the event files.
    """

    def __init__(self, folder: pathlib.Path) -> None:
        self._folder = folder
        with self._writing():
            self._writer = tf.summary.create_file_writer(str(folder))

    def write(self, record: Record) -> None:
        """Adds one point to every curve of the record's stage.

        Raises:
          TrainingError: The files cannot be written.
        """
        with self._writing(), self._writer.as_default(step=record["epoch"]):
            for name, value in _numbers(record):
                tf.summary.scalar(f"{record['phase']}/{name}", value)

    def close(self) -> None:
        """Flushes the curves to disk and closes the files.

        Raises:
          TrainingError: The files cannot be written.
        """
        with self._writing():
            self._writer.close()

    @contextlib.contextmanager
    def _writing(self) -> Iterator[None]:
        try:
            yield
        except (OSError, tf.errors.OpError) as error:
            raise TrainingError(
                f"The curves in {self._folder} cannot be written "
                f"({disk_error(error) or error}; is the disk full?): what was saved is "
                "kept, and the same command goes on from the last checkpoint."
            ) from error


def _numbers(record: Record, prefix: str = "") -> Iterator[tuple[str, float]]:
    """Yields the name and value of each number of a record, however deep it lies."""
    for name, value in record.items():
        if isinstance(value, dict):
            yield from _numbers(value, f"{prefix}{name}/")
        elif isinstance(value, float):
            yield prefix + name, value
