"""The table of a task's searches: trials, best value and edges of each method."""

import pathlib
from collections.abc import Iterable, Mapping
from typing import Any

from experiments.cli.markdown import markdown_table
from experiments.search.record import ended
from experiments.summaries.labels import TITLES, split_folder
from experiments.summaries.result_file import read_json
from experiments.summaries.result_table import percent
from ldrsp_tf.errors import UsageError

_HEAD = (
    "method",
    "trials",
    "failed",
    "seeds",
    "best value",
    "in trial",
    "widened",
    "at an edge",
)

_NONE = "-"


def sweep_table(folder: pathlib.Path, task: str) -> str:
    """Returns the table as Markdown.

    Args:
      folder: The folder with `<task>/<method>[-<networks>].json`.
      task: The name of the task.

    Raises:
      UsageError: There is no sweep of the task.
    """
    paths = sorted((folder / task).glob("*.json"))
    if not paths:
        raise UsageError(f"{folder} has no sweep of {task}; nothing is written.")
    sweeps = {path.stem: read_json(path) or {} for path in paths}
    titles = list(TITLES)

    def place(name: str) -> tuple[int, str]:
        """Returns the place among the rows: the paper's order, the baseline first."""
        method = split_folder(name)[0]
        return titles.index(method) if method in titles else -1, name

    return markdown_table(
        [_HEAD, *(_row(name, sweeps[name]) for name in sorted(sweeps, key=place))]
    )


def _row(name: str, sweep: Mapping[str, Any]) -> tuple[str, ...]:
    method, networks = split_folder(name)
    title = TITLES.get(method, method)
    trials = ended(sweep["trials"])
    best = sweep["best"]
    # Sweeps from before ranges were widened do not say where their best trials lie.
    edges = sweep.get("edges")
    return (
        f"{title}, {networks}" if networks else title,
        str(len(trials)),
        str(sum(trial["state"] != "complete" for trial in trials)),
        str(sweep["plan"]["seeds"]),
        percent(best["value"]) if best else _NONE,
        str(best["number"]) if best else _NONE,
        _widened(sweep.get("widenings", [])),
        "not recorded" if edges is None else _listed(edges),
    )


def _widened(widenings: Iterable[Mapping[str, Any]]) -> str:
    names = [name for widening in widenings for name in widening["edges"]]
    return ", ".join(f"`{name}`" for name in dict.fromkeys(names)) or _NONE


def _listed(edges: Mapping[str, str]) -> str:
    return ", ".join(f"`{name}` ({edge})" for name, edge in edges.items()) or _NONE
