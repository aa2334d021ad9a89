"""Keeps a run with the data that it began with."""

import pathlib

from datasets.loading import LoadedData
from experiments.result_file import read_json, write_json
from ldrsp_tf.errors import UsageError


def check_data(folder: pathlib.Path, data: LoadedData) -> None:
    """Refuses to go on with a run whose data has changed; remembers that of a new one.

    Args:
      folder: The run's; `data.json` there holds the checksums of its data.
      data: What is there now.

    Raises:
      UsageError: The run began with other data.
    """
    path = folder / "data.json"
    # Settings that were refused leave no config.json: that run has not begun.
    begun = (folder / "config.json").exists()
    found = read_json(path) if begun else None
    if found is None:
        write_json(path, data.checksums)
    elif found != data.checksums:
        raise UsageError(
            f"The files of {data.name} have changed since the run in {folder} began "
            "with them; choose another --output_dir, or delete that folder."
        )
