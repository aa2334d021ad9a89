"""TensorBoard's curves of a run."""

import pathlib

import tensorflow as tf

from ldrsp_tf.history import Record


class Events:
    """Writes the numbers of each epoch's record; a context manager."""

    def __init__(self, folder: pathlib.Path):
        self._writer = tf.summary.create_file_writer(str(folder))

    def __enter__(self) -> "Events":
        return self

    def __exit__(self, *exception) -> None:
        self._writer.close()

    def write(self, record: Record) -> None:
        """Adds one point to every curve of the record's phase."""
        with self._writer.as_default(step=record["epoch"]):
            for name, value in _numbers(record):
                tf.summary.scalar(f"{record['phase']}/{name}", value)


def _numbers(record: Record, prefix: str = ""):
    for name, value in record.items():
        if isinstance(value, dict):
            yield from _numbers(value, f"{prefix}{name}/")
        elif isinstance(value, float):
            yield prefix + name, value
