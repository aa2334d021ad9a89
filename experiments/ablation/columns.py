"""Columns of a table of ablations: each a figure of the runs of a row."""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from experiments.summaries.cells import gain_text, mean_text
from experiments.summaries.statistics import paired_gain, summarize
from ldrsp_tf.errors import UsageError

# The results of a row's runs by seed.
Runs = Mapping[int, Mapping[str, Any]]

# A figure of a run.
Figure = Callable[[Mapping[str, Any]], float]


class Column(NamedTuple):
    """A column of the table.

    Attributes:
      head: The title.
      cell: A function from the runs of a row and those without a change to the text.
    """

    head: str
    cell: Callable[[Runs, Runs], str]


def of_test(outputs: str, metric: str) -> Figure:
    """Returns the figure of a metric on the test rows, in percent."""
    return lambda run: 100 * _part(run, "test", outputs, metric)


def of_validation(outputs: str, metric: str | None = None) -> Figure:
    """Returns the figure of a metric on the validation rows, in percent.

    Args:
      outputs: The outputs, `generator` or `refined`.
      metric: The metric; that of the run's task where there is none.
    """
    return lambda run: (
        100 * _part(run, "validation", outputs, metric or run["config"]["metric"])
    )


def mean_column(head: str, figure: Figure, digits: int = 1) -> Column:
    """Returns the column of a figure's mean and standard deviation over seeds."""

    def cell(runs: Runs, whole: Runs) -> str:
        del whole
        return mean_text(summarize([figure(run) for run in runs.values()]), digits)

    return Column(head, cell)


def gain_column(head: str, treated: Figure, control: Figure) -> Column:
    """Returns the column of the difference of two figures of the same run."""

    def cell(runs: Runs, whole: Runs) -> str:
        del whole
        gain = paired_gain(
            [treated(run) for run in runs.values()],
            [control(run) for run in runs.values()],
        )
        return gain_text(gain)

    return Column(head, cell)


def change_column(head: str, figure: Figure) -> Column:
    """Returns the column of a figure's change against the same seeds' whole method."""

    def cell(runs: Runs, whole: Runs) -> str:
        if runs is whole:
            return "-"
        change = paired_gain(
            [figure(run) for run in runs.values()],
            [figure(whole[seed]) if seed in whole else None for seed in runs],
        )
        return gain_text(change)

    return Column(head, cell)


# D's estimate of the refined outputs of the test rows, and their oracle value.
SCORE_COLUMNS = (
    mean_column("D's score", lambda run: run["score"]["refined_mean"], digits=2),
    mean_column("true value", lambda run: run["score"]["oracle_mean"], digits=2),
)

SEEDS = Column("seeds", lambda runs, whole: str(len(runs)))


def _part(run: Mapping[str, Any], *path: str) -> float:
    """Returns a figure of a result by the names of the parts that lead to it."""
    part: Any = run
    for name in path:
        if name not in part:
            raise UsageError(
                f"The result of {run['task']}/{run['method']}, seed {run['seed']}, has "
                f"no {'.'.join(path)}; make it anew with experiments.ablations."
            )
        part = part[name]
    return part
