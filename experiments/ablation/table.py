"""The table of ablations: the figures without each ingredient."""

import pathlib
from collections.abc import Sequence
from typing import Any

from experiments.ablation.plan import ABLATIONS, FULL, METHOD
from experiments.cli.markdown import markdown_table
from experiments.summaries.collection import load_results
from experiments.summaries.statistics import Summary, paired_gain, summarize
from ldrsp_tf.errors import UsageError

_HEAD = ("changed part", "refined", "change", "after 200 steps", "G, plug-in", "seeds")


def ablation_table(results: pathlib.Path, task: str) -> str:
    """Returns the table as Markdown.

    Args:
      results: The folder with `<task>/ldrsp_cross-<ablation>/seed<k>/result.json`.
      task: The name of the task.
    """
    results_of = load_results(results, task, "walk")
    there = {
        name: {result["seed"]: result for result in results_of.get(folder_of(name), [])}
        for name in ABLATIONS
    }
    rows = [_row(name, there) for name in ABLATIONS if there[name]]
    return markdown_table([_HEAD, *rows])


def _row(name: str, there: dict[str, dict[int, dict]]) -> tuple[str, ...]:
    runs = there[name]
    refined = [_percent(run, "refined", "f1") for run in runs.values()]
    of_full = [
        _percent(there[FULL][seed], "refined", "f1") if seed in there[FULL] else None
        for seed in runs
    ]
    plugin = [_percent(run, "generator", "f1_plugin") for run in runs.values()]
    far = [100 * run["walk"]["metric"][-1] for run in runs.values()]
    change = "-" if name == FULL else _gain(paired_gain(refined, of_full))
    columns = (_mean(refined), change, _mean(far), _mean(plugin), str(len(runs)))
    return ("nothing" if name == FULL else ABLATIONS[name].title, *columns)


def _percent(run: dict[str, Any], outputs: str, metric: str) -> float:
    measured = run["test"].get(outputs, {})
    if metric not in measured:
        raise UsageError(
            f"The result of {run['task']}/{run['method']}, seed {run['seed']}, has no "
            f"{outputs}.{metric}; make it anew with experiments.ablations."
        )
    return 100 * measured[metric]


def _mean(values: Sequence[float]) -> str:
    summary = summarize(values)
    if summary is None:
        return "-"
    if summary.deviation is None:
        return f"{summary.mean:.1f}"
    return f"{summary.mean:.1f} ± {summary.deviation:.1f}"


def _gain(summary: Summary | None) -> str:
    if summary is None:
        return "-"
    if summary.low is None:
        return f"{summary.mean:+.1f}"
    star = "*" if summary.excludes_zero else ""
    return f"{summary.mean:+.1f} [{summary.low:+.1f}, {summary.high:+.1f}]{star}"


def folder_of(ablation: str) -> str:
    """Returns the name of the folder of an ablation's results."""
    return f"{METHOD}-{ablation}"
