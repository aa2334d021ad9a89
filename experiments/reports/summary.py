"""The summary of all data sets as one Markdown table."""

from collections.abc import Callable, Sequence
from typing import Any

from experiments.cli.markdown import markdown_table
from experiments.reports.layouts import SummaryColumn, SummaryLayout
from experiments.summaries.cells import mean_text
from experiments.summaries.collection import Results
from experiments.summaries.labels import CONTROLS, TITLES, split_folder
from experiments.summaries.result_file import metrics_by_outputs
from experiments.summaries.statistics import Summary, summarize

_NOTE = (
    "Test figures in percent, mean ± standard deviation over seeds (each page gives "
    "their number). G and the controls have their best decoder; refined outputs are "
    "decided without tuning. The last row is the best result without refinement among "
    "all methods of the column."
)


def summary_table(layout: SummaryLayout, load: Callable[[str], Results]) -> str:
    """Returns the table and a note on how to read it.

    Args:
      layout: The data sets and methods to show.
      load: Loads the results of a task, method's folder -> results.
    """
    found = [load(column.task) for column in layout.columns]
    lines = [["", *(column.heading for column in layout.columns)]]
    lines.append(["LDRSP, the paper's figure", *map(_published, layout.columns)])
    for method in layout.methods:
        for outputs, label in (("generator", "G"), ("refined", "refined")):
            cells = [
                mean_text(
                    _figure(column, runs.get(_folder(column, method), []), outputs)
                )
                for column, runs in zip(layout.columns, found)
            ]
            lines.append([f"{TITLES[method]}: {label}", *cells])
    best = [_best_control(c, results) for c, results in zip(layout.columns, found)]
    lines.append(["best control without refinement", *best])
    return f"{markdown_table(lines)}\n\n{_NOTE}"


def _published(column: SummaryColumn) -> str:
    return "-" if column.paper is None else f"{column.paper:g}"


def _folder(column: SummaryColumn, method: str) -> str:
    return f"{method}-{column.networks}" if column.networks else method


def _figure(
    column: SummaryColumn, results: Sequence[dict[str, Any]], outputs: str
) -> Summary | None:
    """Returns the figure of the outputs by their best decoder; None without any."""
    metrics = (column.refined,) if outputs == "refined" else column.decoders
    found = [_summary(results, outputs, metric) for metric in metrics]
    return max(
        (figure for figure in found if figure), key=lambda s: s.mean, default=None
    )


def _summary(
    results: Sequence[dict[str, Any]], outputs: str, metric: str
) -> Summary | None:
    measured = [metrics_by_outputs(result).get(outputs, {}) for result in results]
    return summarize([100 * values[metric] for values in measured if metric in values])


def _best_control(column: SummaryColumn, results: Results) -> str:
    found = {}
    for folder, runs in results.items():
        if split_folder(folder)[1] != column.networks:
            continue
        for outputs in ("generator", *CONTROLS):
            figure = _figure(column, runs, outputs)
            if figure is not None:
                found[folder, outputs] = figure
    if not found:
        return "-"
    best = max(found, key=lambda place: found[place].mean)
    return f"{mean_text(found[best])} ({_label(*best)})"


def _label(folder: str, outputs: str) -> str:
    method = split_folder(folder)[0]
    if outputs == "generator":
        return f"G of {TITLES.get(method, method)}"
    return CONTROLS[outputs]
