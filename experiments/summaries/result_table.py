"""The table at the end of a run, made from its result."""

from collections.abc import Mapping
from typing import Any

from experiments.summaries.result_file import rows_of_result

ROWS = {
    "generator": "G",
    "refined": "refined",
    # The controls: what predicts without a walk.
    "own": "D's own answer",
    "average": "mean of G and it",
    "mirrored": "G, mirrored too",
    "ensemble": "as many G",
}


METRICS = {
    "f1": "F1 at 0.5",
    "f1_tuned": "tuned threshold",
    "f1_plugin": "plug-in",
    "mean_iou": "mean IOU",
    "global_iou": "global IOU",
    "pixel_accuracy": "pixel accuracy",
    "superpixel_accuracy": "superpixel acc.",
    "superpixel_accuracy_slic": "superpixel acc. (SLIC proxy)",
}


def result_table(
    result: Mapping[str, Any],
    paper: Mapping[str, float],
    paper_metric: str | None = None,
) -> str:
    """The table at the end of a run.

    Args:
      result: The content of `result.json`.
      paper: The paper's figures for the method, row -> percent; may be empty.
      paper_metric: The metric that they are of. They stand to its right, and are left
        out of a table without it: beside another metric they would mislead.
    """
    measured = rows_of_result(result)
    metrics = metrics_of(measured)
    lines = [["test", *(METRICS[name] for name in metrics)]]
    lines += [
        [ROWS[row], *(percent(values.get(name)) for name in metrics)]
        for row, values in measured.items()
    ]
    if paper and paper_metric in metrics:
        published = [paper.get(row) for row in measured]
        cells = ["-" if figure is None else f"{figure:.1f}" for figure in published]
        place = metrics.index(paper_metric) + 2
        for line, cell in zip(lines, ["paper", *cells]):
            line.insert(place, cell)
    widths = [max(map(len, column)) for column in zip(*lines)]
    return "\n".join(
        "  ".join(
            cell.ljust(width) if index == 0 else cell.rjust(width)
            for index, (cell, width) in enumerate(zip(line, widths))
        )
        for line in lines
    )


def metrics_of(measured: Mapping[str, Mapping[str, float]]) -> list[str]:
    """The metrics that any row has, in the order of the table."""
    return [name for name in METRICS if any(name in row for row in measured.values())]


def selection_line(result: Mapping[str, Any]) -> str:
    """What was chosen on the validation rows."""
    selected = result["selected"]
    line = f"Chosen on validation: {selected['epochs']} epochs"
    if "step_size" in selected:
        line += (
            f", {selected['refinement_steps']} refinement steps of "
            f"{selected['step_size']:g}"
        )
    return line + "."


def percent(value: float | None) -> str:
    """A fraction in percent with one decimal, or a dash."""
    return "-" if value is None else f"{100 * value:.1f}"
