"""The flags with the folders of data, shared by every command that loads some."""

import os

from absl import flags

from experiments.cli.flag import PATH, Flag

DATA_FLAGS = (
    Flag(
        "data_dir",
        "folder in which prepared data is kept",
        "data",
        PATH,
        note="the folder of TensorFlow Datasets",
    ),
    Flag(
        "manual_dir",
        "folder of the original files, with a sub-folder for each data set; without it "
        "they are downloaded",
        "data",
        PATH,
        default=os.environ.get("LDRSP_MANUAL_DIR"),
        note="$LDRSP_MANUAL_DIR",
    ),
)


def data_arguments(values: flags.FlagValues) -> list[str]:
    """Returns the flags that name the same folders to another command."""
    places = {flag.name: values[flag.name].value for flag in DATA_FLAGS}
    return [f"--{name}={place}" for name, place in places.items() if place]
