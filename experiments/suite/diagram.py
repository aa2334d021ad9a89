"""The critical-difference diagram of average ranks (Demsar 2006, Figure 1)."""

import math
import pathlib
from collections.abc import Sequence

import matplotlib
import matplotlib.pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from experiments.suite.rank_tests import (
    critical_difference,
    groups_within,
    rank_figures,
)
from experiments.suite.scores import Scores
from ldrsp_tf.errors import UsageError

matplotlib.use("Agg")

# Heights in lines of text, downwards from the axis of ranks.
_FIRST_BAR = 0.45
_BAR_STEP = 0.4
_ABOVE = 2.2
_INCHES_A_LINE = 0.3
_INCHES_A_RANK = 0.85
_NAMES_INCHES = 2.4  # Of the names on one side.
_GAP = 0.25  # Between the axis and the names, in ranks.


def draw_scores(scores: Scores, path: pathlib.Path) -> None:
    """Draws the average ranks of rows over the data sets that lack none of them.

    Args:
      scores: The figures of the rows.
      path: The path of the PNG file.

    Raises:
      UsageError: There are no two rows, or no data set with all of them.
    """
    count, methods, _ = scores.figures.shape
    if not count or methods < 2:
        raise UsageError(
            "--figure needs at least two rows, and a data set that lacks none of them."
        )
    ranks = rank_figures(scores.means).mean(axis=0)
    labels = [row.label for row in scores.rows]
    figure = rank_diagram(labels, ranks.tolist(), critical_difference(methods, count))
    figure.savefig(path, dpi=150, bbox_inches="tight")
    plt.close(figure)


def rank_diagram(
    labels: Sequence[str], ranks: Sequence[float], difference: float
) -> Figure:
    """Returns the diagram: an axis of ranks, and bars below it.

    The best rank is on the right. A bar joins rows that do not differ by the critical
    difference.

    Args:
      labels: The names of the k rows.
      ranks: The average ranks of the rows, `[k]`, from 1 to k.
      difference: The critical difference.
    """
    methods = len(ranks)
    bars = groups_within(ranks, difference)
    first_name = _FIRST_BAR + _BAR_STEP * len(bars) + 0.3
    depth = first_name + math.ceil(methods / 2)
    inches = (
        2 * _NAMES_INCHES + _INCHES_A_RANK * max(methods - 1 + 2 * _GAP, difference),
        _INCHES_A_LINE * (depth + _ABOVE),
    )
    figure = plt.figure(figsize=inches)
    axes = figure.add_axes((0, 0, 1, 1))
    # One unit of the horizontal axis is a rank, of the vertical one a line of text.
    width = inches[0] / _INCHES_A_RANK
    middle = (1 + methods) / 2
    axes.set_xlim(middle + width / 2, middle - width / 2)
    axes.set_ylim(-depth, _ABOVE)
    axes.set_axis_off()
    _draw_axis(axes, methods, difference)
    for level, places in enumerate(bars):
        ends = [ranks[places[0]] - 0.04, ranks[places[-1]] + 0.04]
        height = -(_FIRST_BAR + _BAR_STEP * level)
        axes.plot(ends, [height, height], "k", lw=3.5, solid_capstyle="butt")
    _draw_names(axes, labels, ranks, first_name)
    return figure


def _draw_axis(axes: Axes, methods: int, difference: float) -> None:
    axes.plot([1, methods], [0, 0], "k", lw=1)
    for rank in range(1, methods + 1):
        axes.plot([rank, rank], [0, 0.2], "k", lw=1)
        axes.text(rank, 0.3, str(rank), ha="center", va="bottom", fontsize=10)
    # The critical difference as a length, from the left end of the axis.
    ends = [methods, methods - difference]
    axes.plot(ends, [1.25, 1.25], "k", lw=1)
    for end in ends:
        axes.plot([end, end], [1.15, 1.35], "k", lw=1)
    axes.text(
        methods - difference / 2,
        1.4,
        f"critical difference {difference:.2f}",
        ha="center",
        va="bottom",
        fontsize=10,
    )


def _draw_names(
    axes: Axes, labels: Sequence[str], ranks: Sequence[float], first: float
) -> None:
    """Draws the better half of the names on the right, the others on the left.

    On either side the outermost rank has the highest line, so that no two lines cross.
    """
    order = sorted(range(len(ranks)), key=lambda place: ranks[place])
    half = len(order) // 2
    right = 1 - _GAP, "left", order[:half]
    left = len(order) + _GAP, "right", order[half:][::-1]
    for end, alignment, places in (right, left):
        for line, place in enumerate(places):
            height = -(first + line)
            rank = ranks[place]
            axes.plot([rank, rank, end], [0, height, height], "k", lw=1)
            axes.text(
                end,
                height,
                f" {labels[place]} ({rank:.2f}) ",
                ha=alignment,
                va="center",
                fontsize=10,
            )
