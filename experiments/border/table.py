"""The tables of gains: on synthetic tags and shapes, and on real sets."""

import pathlib
from collections.abc import Callable, Sequence
from typing import TypeVar

from experiments.border.descriptions import Description, read_descriptions
from experiments.border.gains import SHAPES, TAGS, Comparison, Gains, measure_gains
from experiments.border.plan import (
    CELLS,
    METHOD,
    SHAPE_CELLS,
    SHAPES_TASK,
    TASK,
    Cell,
    Planned,
    ShapeCell,
)
from experiments.cli.markdown import markdown_table
from experiments.suite.groups import GROUPS
from experiments.summaries.cells import gain_text, mean_text
from experiments.summaries.collection import load_results
from ldrsp_tf.errors import UsageError

REAL_SETS = GROUPS["all"]

_PLANNED = "Planned and not run"

_Cell = TypeVar("_Cell", bound=Planned)


def border_table(results: pathlib.Path, name: str) -> str:
    """Returns a table as Markdown, and below it a sentence on what it lacks.

    Args:
      results: The folder of all results.
      name: The name of the table: `made`, `shapes` or `real`.

    Raises:
      UsageError: There is no such table, or a result is damaged.
    """
    if name not in TABLES:
        raise UsageError(
            f"There is no table of the border {name!r}; there are {', '.join(TABLES)}."
        )
    return TABLES[name](results)


def measured_cells(results: pathlib.Path) -> list[tuple[Cell, Gains]]:
    """Returns the cells of synthetic data that have results, with their gains.

    Args:
      results: The folder of all results.
    """
    return _measured(results, TASK, CELLS, TAGS)


def measured_shapes(results: pathlib.Path) -> list[tuple[ShapeCell, Gains]]:
    """Returns the cells of made pictures that have results, with their gains.

    Args:
      results: The folder of all results.
    """
    return _measured(results, SHAPES_TASK, SHAPE_CELLS, SHAPES)


def _measured(
    results: pathlib.Path, task: str, cells: Sequence[_Cell], comparison: Comparison
) -> list[tuple[_Cell, Gains]]:
    found = load_results(results / "border", task)
    gains = [
        (cell, measure_gains(found.get(cell.folder, []), comparison)) for cell in cells
    ]
    return [(cell, of_cell) for cell, of_cell in gains if of_cell is not None]


def _made(results: pathlib.Path) -> str:
    described = read_descriptions(results / "border")
    measured = measured_cells(results)
    rows = [
        [
            cell.structure.title,
            str(cell.width),
            f"{cell.rows:,}",
            *_best(described.get(f"{TASK}/{cell.folder}")),
            *_gain_cells(gains, TAGS),
        ]
        for cell, gains in measured
    ]
    head = ("dependence", "units of G", "rows", "perfect G", "room", *_heads(TAGS))
    return _with_gaps(head, rows, _PLANNED, _lacking(CELLS, measured))


def _shapes(results: pathlib.Path) -> str:
    measured = measured_shapes(results)
    rows = [
        [f"{cell.occlusion:g}", str(cell.rows), *_gain_cells(gains, SHAPES)]
        for cell, gains in measured
    ]
    head = ("occlusion", "rows", *_heads(SHAPES))
    return _with_gaps(head, rows, _PLANNED, _lacking(SHAPE_CELLS, measured))


def _lacking(
    planned: Sequence[Planned], measured: Sequence[tuple[Planned, Gains]]
) -> list[str]:
    there = {cell.folder for cell, _ in measured}
    return [cell.title for cell in planned if cell.folder not in there]


def _real(results: pathlib.Path) -> str:
    described = read_descriptions(results / "border")
    rows, lacking = [], []
    for task in REAL_SETS:
        gains = measure_gains(load_results(results, task).get(METHOD, []))
        if gains is None:
            lacking.append(task)
        else:
            sizes = _sizes(described.get(task))
            rows.append([task, *sizes, *_gain_cells(gains, TAGS)])
    head = ("data set", "rows", "labels", "labels a row", "association", *_heads(TAGS))
    return _with_gaps(head, rows, "Without results of `auto`", lacking)


def _with_gaps(
    head: Sequence[str],
    rows: Sequence[Sequence[str]],
    about: str,
    lacking: Sequence[str],
) -> str:
    """Returns the table, if it has rows, and a sentence on those that it lacks."""
    parts = [markdown_table([head, *rows])] if rows else []
    if lacking:
        parts.append(f"{about}: {'; '.join(lacking)}.")
    return "\n\n".join(parts)


def _best(about: Description | None) -> tuple[str, str]:
    if about is None or about.perfect_f1 is None or about.room is None:
        return "-", "-"
    return f"{about.perfect_f1:.1f}", f"{about.room:.1f}"


def _sizes(about: Description | None) -> tuple[str, ...]:
    if about is None:
        return ("-",) * 4
    return (
        f"{about.rows:,}",
        str(about.labels),
        f"{about.cardinality:.1f}",
        f"{about.association:.2f}",
    )


def _heads(comparison: Comparison) -> tuple[str, ...]:
    labels = (row.label for row in comparison.outputs)
    return (f"ensemble of G, {comparison.metric}", *labels, "taken", "seeds")


def _gain_cells(gains: Gains, comparison: Comparison) -> tuple[str, ...]:
    control = gains.control
    # The only decoder needs no name.
    decoder = f", {gains.decoder}" if len(comparison.controls) > 1 else ""
    taken = ", ".join(f"{name} {count}" for name, count in sorted(gains.taken.items()))
    return (
        f"{mean_text(control)}{decoder}",
        *(gain_text(gains.gains[row.name]) for row in comparison.outputs),
        taken,
        str(control.count),
    )


TABLES: dict[str, Callable[[pathlib.Path], str]] = {
    "made": _made,
    "shapes": _shapes,
    "real": _real,
}
