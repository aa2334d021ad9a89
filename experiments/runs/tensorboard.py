"""TensorBoard's curves of a run."""

import pathlib

import tensorflow as tf

from ldrsp_tf.training.history import Record


class Events:
    """Writes the numbers of each epoch's record."""

    def __init__(self, folder: pathlib.Path):
        self._writer = tf.summary.create_file_writer(str(folder))

    def write(self, record: Record) -> None:
        """Adds one point to every curve of the record's phase."""
        with self._writer.as_default(step=record["epoch"]):
            for name, value in _numbers(record):
                tf.summary.scalar(f"{record['phase']}/{name}", value)

    def close(self) -> None:
        """Puts what is still in memory on disk."""
        self._writer.close()


def _numbers(record: Record, prefix: str = ""):
    for name, value in record.items():
        if isinstance(value, dict):
            yield from _numbers(value, f"{prefix}{name}/")
        elif isinstance(value, float):
            yield prefix + name, value
