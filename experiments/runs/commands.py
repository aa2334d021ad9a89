"""The commands of a run's processes, of which an interrupted run has several."""

import pathlib

from experiments.summaries.result_file import read_json, write_json

_FILE, _KEY = "commands.json", "commands"


def note_command(folder: pathlib.Path, command: str) -> list[str]:
    """Adds the command of this process to those that are kept in a run's folder.

    A run may be resumed with other flags of execution, such as `--deterministic`, which
    say how a process computes, and not which run it does.

    Args:
      folder: The run's folder, which this process holds.
      command: The command of this process.

    Returns:
      The commands of earlier processes that differ from it, the first one first.

    Raises:
      UsageError: The file is damaged.
    """
    path = folder / _FILE
    commands: list[str] = (read_json(path) or {}).get(_KEY, [])
    if command not in commands:
        write_json(path, {_KEY: [*commands, command]})
    return [each for each in commands if each != command]
