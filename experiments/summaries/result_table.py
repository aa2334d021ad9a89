"""The table at the end of a run, made from its result."""

from collections.abc import Mapping
from typing import Any

from experiments.summaries.result_file import metrics_by_outputs

OUTPUTS = {
    "generator": "G",
    "refined": "refined",
    "decided": "decided",
    # The controls, which predict without refinement.
    "own": "D's own prediction",
    "average": "mean of G and D",
    "own_pretrained": "D's own before Eq. 10",
    "average_pretrained": "mean, D before Eq. 10",
    "mirrored": "G, mirrored too",
    "ensemble": "ensemble of G",
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
    """Returns the text of the table at the end of a run.

    Args:
      result: The content of `result.json`.
      paper: The paper's figures for the method, outputs -> percent; may be empty.
      paper_metric: The metric of the paper's figures. They stand to its right, and are
        left out of a table without it: beside another metric they would mislead.
    """
    measured = metrics_by_outputs(result)
    metrics = metrics_of(measured)
    lines = [["test", *(METRICS[name] for name in metrics)]]
    lines += [
        [OUTPUTS[outputs], *(percent(values.get(name)) for name in metrics)]
        for outputs, values in measured.items()
    ]
    if paper and paper_metric in metrics:
        published = [paper.get(outputs) for outputs in measured]
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
    """Returns the metrics that any of the outputs has, in the order of the table."""
    present = {name for metrics in measured.values() for name in metrics}
    return [name for name in METRICS if name in present]


def selection_line(result: Mapping[str, Any]) -> str:
    """Returns a sentence on the choices that were made on validation rows."""
    selected = result["selected"]
    line = f"Chosen on validation: {selected['epochs']} epochs"
    if "step_size" in selected:
        line += (
            f", {selected['refinement_steps']} refinement steps of size "
            f"{selected['step_size']:g}"
        )
    decision = selected.get("decision")
    return line + "." if decision is None else f"{line}. {decision['sentence']}"


def percent(value: float | None) -> str:
    """Formats a fraction in percent with one decimal; None is a dash."""
    return "-" if value is None else f"{100 * value:.1f}"
