"""Metric and D's score against the steps of a long refinement, as a figure."""

import pathlib
from collections.abc import Mapping

import matplotlib
import matplotlib.pyplot as plt
import numpy as np
from matplotlib.lines import Line2D

from experiments.summaries.collection import Results
from experiments.summaries.labels import row_label
from ldrsp_tf.errors import UsageError

matplotlib.use("Agg")


def draw_trajectories(
    results_of_tasks: Mapping[str, Results], path: pathlib.Path
) -> None:
    """Draws a panel for each task with long trajectories: means over seeds by method.

    Args:
      results_of_tasks: The results, title of a task -> method's folder -> result of
        each seed.
      path: The path of the PNG file.

    Raises:
      UsageError: No run was made with `--controls`.
    """
    panels = {
        title: trajectories
        for title, results in results_of_tasks.items()
        if (trajectories := _trajectories(results))
    }
    if not panels:
        raise UsageError("No run has a long trajectory; make some with --controls.")
    colors = _colors(panels)
    size = (4.8 * len(panels), 4.0)
    figure, grid = plt.subplots(
        1, len(panels), figsize=size, squeeze=False, layout="constrained"
    )
    for axes, (title, trajectories) in zip(grid[0], panels.items()):
        for folder, trajectory in trajectories.items():
            steps, color = trajectory["steps"], colors[folder]
            axes.plot(steps, 100 * trajectory["metric"], "o-", ms=3, color=color)
            axes.plot(steps, 100 * trajectory["score"], "--", color=color)
        # Step 0 is G's output.
        axes.set_xscale("symlog", linthresh=1)
        ticks = [0, 1, 5, 20, 50, 200]
        axes.set_xticks(ticks, [str(tick) for tick in ticks])
        axes.minorticks_off()
        axes.set_xlabel("steps of the refinement")
        axes.set_ylabel("metric; dashed: D's mean score (%)")
        axes.set_title(f"{title}, test", fontsize=10)
        axes.grid(alpha=0.3)
    labels = [row_label(folder, "refined", 1, "FCN") for folder in colors]
    lines = [Line2D([], [], color=color, marker="o", ms=3) for color in colors.values()]
    figure.legend(
        lines, labels, loc="outside lower center", ncols=len(labels), fontsize=9
    )
    figure.savefig(path, dpi=120)
    plt.close(figure)


def _colors(panels: Mapping[str, Mapping[str, object]]) -> dict[str, str]:
    """Returns the color of each folder, which is the same in all panels."""
    folders = dict.fromkeys(folder for of_task in panels.values() for folder in of_task)
    return {folder: f"C{index}" for index, folder in enumerate(folders)}


def _trajectories(results: Results) -> dict[str, dict[str, np.ndarray]]:
    """Returns steps, metric and score of each method, as means over its seeds."""
    found = {}
    for folder, of_seeds in results.items():
        measured = [result["walk"] for result in of_seeds if "walk" in result]
        if measured:
            found[folder] = {
                name: np.mean([trajectory[name] for trajectory in measured], 0)
                for name in ("steps", "metric", "score")
            }
    return found
