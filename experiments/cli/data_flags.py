"""The flags that say where data lies, shared by every command that loads some."""

import os

from absl import flags

flags.DEFINE_string("data_dir", None, "where prepared data is kept [TFDS's folder]")


flags.DEFINE_string(
    "manual_dir",
    os.environ.get("LDRSP_MANUAL_DIR"),
    "folder of the original files, with a sub-folder for each data set; they are "
    "downloaded where neither this flag nor $LDRSP_MANUAL_DIR names one",
)


def given() -> list[str]:
    """These flags as a command of the same data is told them."""
    places = {name: flags.FLAGS[name].value for name in ("data_dir", "manual_dir")}
    return [f"--{name}={place}" for name, place in places.items() if place]
