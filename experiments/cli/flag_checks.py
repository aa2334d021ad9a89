"""Checks of flags that several commands have."""

import pathlib
from typing import Any

from ldrsp_tf.errors import UsageError


def require_figure_folder(figure: str | None) -> None:
    """Refuses a figure in a folder that is missing, before anything is run for it.

    Args:
      figure: The value of `--figure`; None without one.

    Raises:
      UsageError: There is no such folder.
    """
    if figure and not pathlib.Path(figure).parent.is_dir():
        raise UsageError(f"There is no folder for --figure={figure}.")


def refuse_flags_of_runs(flags: Any) -> None:
    """Refuses flags of the missing runs where `--seeds` asks for none.

    Args:
      flags: The flags of a command that makes missing runs by `--seeds`.

    Raises:
      UsageError: Such a flag is given.
    """
    for name in ("jobs", "runs"):
        if flags[name].present and not flags.seeds:
            raise UsageError(f"--{name} is of the missing runs; give --seeds, too.")
