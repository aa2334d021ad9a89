"""The paper's claim as a figure: gain of refinement against the gradient's norm."""

import pathlib
import textwrap
from collections.abc import Sequence
from typing import Any

import matplotlib
import matplotlib.pyplot as plt

from experiments.reports.columns import GainColumn, ScoreColumn
from experiments.reports.rows import Row, Table
from experiments.summaries.statistics import Summary
from ldrsp_tf.errors import UsageError

matplotlib.use("Agg")

# A method, the norm of its gradient, and its gain.
_Point = tuple[Row, Summary, Summary]


def draw_claim(tables: Sequence[Table], path: pathlib.Path) -> None:
    """Draws a panel for each table that has results, one below the other.

    A point is a method. Its abscissa is the norm of dD/dy at G's outputs, its ordinate
    the gain of the refinement along it, with the interval over seeds.

    Args:
      tables: The tables of the claim.
      path: The path of the PNG file.

    Raises:
      UsageError: No method of any table has been measured.
    """
    panels = [(table, _points(table)) for table in tables]
    panels = [(table, points) for table, points in panels if points]
    if not panels:
        raise UsageError("No method with a refinement has been measured yet.")
    colors = _colors(panels)
    figure, grid = plt.subplots(
        len(panels), 1, figsize=(7.5, 3.2 * len(panels)), squeeze=False
    )
    for axes, (table, points) in zip(grid[:, 0], panels):
        for row, norm, gain in sorted(points, key=lambda point: point[1].mean):
            error = None if gain.low is None else [[gain.mean - gain.low]] * 2
            axes.errorbar(
                norm.mean,
                gain.mean,
                error,
                fmt="o",
                capsize=3,
                color=colors[row.label],
                label=row.label,
            )
        axes.axhline(0.0, color="grey", linewidth=1)
        axes.set_xscale("log")
        axes.margins(x=0.2)
        # Points lie too close for names beside them.
        axes.legend(fontsize=8, loc="center left", bbox_to_anchor=(1.0, 0.5))
        axes.set_xlabel("mean norm of dD/dy at G(x)")
        axes.set_ylabel(textwrap.fill(f"{_gain_heading(table)}, points", 28))
        axes.set_title(f"{table.layout.title}, test", fontsize=10)
        axes.grid(alpha=0.3)
    figure.tight_layout()
    figure.savefig(path, dpi=120)
    plt.close(figure)


def _colors(panels: Sequence[tuple[Table, Sequence[_Point]]]) -> dict[str, Any]:
    """Returns the color of each label, which is the same in all panels."""
    labels = dict.fromkeys(row.label for _, points in panels for row, _, _ in points)
    palette = plt.get_cmap("tab20")
    return {label: palette(index) for index, label in enumerate(labels)}


def _points(table: Table) -> list[_Point]:
    """Returns row, gradient norm and first gain of each method that has both."""
    found = []
    for row in table.rows:
        cells = list(zip(table.columns, row.cells))
        gains = [cell for column, cell in cells if isinstance(column, GainColumn)]
        norms = [
            cell
            for column, cell in cells
            if isinstance(column, ScoreColumn) and column.name == "gradient_norm"
        ]
        if gains and norms and gains[0] is not None and norms[0] is not None:
            found.append((row, norms[0], gains[0]))
    return found


def _gain_heading(table: Table) -> str:
    return next(c.heading for c in table.columns if isinstance(c, GainColumn))
