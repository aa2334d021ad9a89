"""The border as a figure: gain over the control against rows, by dependence."""

import pathlib
from collections.abc import Mapping, Sequence

import matplotlib
import matplotlib.pyplot as plt
from matplotlib.axes import Axes

from experiments.border.descriptions import Description, read_descriptions
from experiments.border.gains import TAGS, Gains
from experiments.border.plan import ROWS, STRUCTURES, TASK, WIDTHS, Cell
from experiments.border.table import measured_cells
from experiments.summaries.statistics import Summary
from ldrsp_tf.errors import UsageError

matplotlib.use("Agg")

_Measured = Sequence[tuple[Cell, Gains]]

# Besides these, the mean of G and D would hide them.
_DRAWN = [row for row in TAGS.outputs if not row.name.startswith("average")]
_SPREAD = 1.06  # So that intervals at one number of rows lie side by side.


def draw_border(results: pathlib.Path, path: pathlib.Path) -> None:
    """Draws a panel for each dependence (columns) and width of G (rows).

    Args:
      results: The folder of all results.
      path: The path of the PNG file.

    Raises:
      UsageError: No cell has a result.
    """
    measured = measured_cells(results)
    if not measured:
        raise UsageError(
            f"{results}/border has no result to draw; make some with "
            "python -m experiments.border --seeds=3."
        )
    described = read_descriptions(results / "border")
    structures = [s for s in STRUCTURES if any(c.structure == s for c, _ in measured)]
    widths = [w for w in WIDTHS if any(c.width == w for c, _ in measured)]
    figure, grid = plt.subplots(
        len(widths),
        len(structures),
        figsize=(3.2 * len(structures) + 1.8, 2.7 * len(widths) + 0.5),
        sharex=True,
        sharey=True,
        squeeze=False,
    )
    for line, width in zip(grid, widths):
        for axes, structure in zip(line, structures):
            own = [
                (cell, gains)
                for cell, gains in measured
                if (cell.structure, cell.width) == (structure, width)
            ]
            axes.set_title(f"dependence {structure.title}, G of {width}", fontsize=10)
            _draw_panel(axes, own, described)
    for axes in grid[-1]:
        axes.set_xlabel("training rows")
    figure.supylabel("F1 over the ensemble of G, points", fontsize=10)
    handles, labels = grid[0, 0].get_legend_handles_labels()
    figure.legend(handles, labels, fontsize=8, loc="center right")
    figure.tight_layout(rect=(0, 0, 1 - 1.5 / figure.get_figwidth(), 1))
    figure.savefig(path, dpi=120)
    plt.close(figure)


def _draw_panel(
    axes: Axes, measured: _Measured, described: Mapping[str, Description]
) -> None:
    measured = sorted(measured, key=lambda pair: pair[0].rows)
    axes.axhline(0.0, color="black", linewidth=1)
    for place, row in enumerate(_DRAWN):
        shift = _SPREAD ** (place - (len(_DRAWN) - 1) / 2)
        gains = [gains.gains[row.name] for _, gains in measured]
        axes.errorbar(
            [cell.rows * shift for cell, _ in measured],
            [gain.mean for gain in gains],
            [_half_width(gain) for gain in gains],
            marker="o",
            markersize=4,
            capsize=3,
            label=row.label,
        )
    for cell, _ in measured[:1]:
        about = described.get(f"{TASK}/{cell.folder}")
        if about is not None and about.room is not None:
            axes.axhline(about.room, color="grey", linestyle=":", label="room")
    axes.set_xscale("log")
    axes.set_xticks(ROWS, [f"{number:,}" for number in ROWS])
    axes.set_xlim(ROWS[0] / 2, ROWS[-1] * 2)
    axes.minorticks_off()
    axes.grid(alpha=0.3)


def _half_width(gain: Summary) -> float:
    """Returns half of the interval of a gain; 0 with one seed, which has none."""
    return 0.0 if gain.high is None else gain.high - gain.mean
