"""Tables for users: the gain of `auto` over plain networks, over and by data sets."""

import collections
import pathlib
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from experiments.cli.markdown import markdown_table
from experiments.suite.groups import GROUPS, SEEDS
from experiments.suite.rank_tests import signed_rank_test
from experiments.suite.rows import choose_rows
from experiments.suite.scores import Scores, collect_scores
from experiments.summaries.collection import load_results
from ldrsp_tf.errors import UsageError

# The names of the tables between marks of a page, beside the groups' own.
EXPECTED, BY_SET = "expected", "by_set"

# A difference that is not one in the tables, which have one decimal, in points.
_LEVEL = 0.05

_ROWS = ("baseline", "ensemble", "auto")

# Names of what is delivered.
_DELIVERED = {
    "generator": "G",
    "mirrored": "G mirrored",
    "own": "D",
    "average": "mean of G and D",
    "refined": "refined",
}


def expected_table(results: pathlib.Path) -> str:
    """Returns a line for each row over all data sets, for the front page.

    Args:
      results: The folder of the results.

    Raises:
      UsageError: A result is missing.
    """
    scores = _collect(results)
    means = scores.means
    lines = [
        [
            f"F1 on {len(means)} data sets",
            "mean",
            "auto better, worse on",
            "largest gain of auto",
            "largest loss of auto",
        ]
    ]
    for row, figures in zip(scores.rows, means.T):
        gains = means[:, -1] - figures
        cells = ["-", "-", "-"]
        if row is not scores.rows[-1]:
            best, worst = int(np.argmax(gains)), int(np.argmin(gains))
            cells = [
                f"{(gains > _LEVEL).sum()}, {(gains < -_LEVEL).sum()}",
                f"{gains[best]:+.1f} ({_name(scores.complete[best])})",
                f"{min(gains[worst], 0.0):+.1f} ({_name(scores.complete[worst])})",
            ]
        lines.append([row.label, f"{figures.mean():.1f}", *cells])
    return markdown_table(lines)


def sets_table(results: pathlib.Path) -> str:
    """Returns a line for each data set, and the sentences below them.

    Args:
      results: The folder of the results.

    Raises:
      UsageError: A result is missing.
    """
    tasks = GROUPS["all"]
    scores = _collect(results)
    head = ["data set", "labels", *(row.label for row in scores.rows), "gain", "taken"]
    means = scores.means
    lines = [head]
    for task, figures in zip(tasks, means):
        of_auto = _results_of_auto(results, task)
        lines.append(
            [
                _name(task),
                str(of_auto[0]["batch_shapes"]["y"][-1]),
                *(f"{figure:.1f}" for figure in figures),
                f"{figures[-1] - figures[0]:+.1f}",
                _taken(of_auto),
            ]
        )
    return f"{markdown_table(lines)}\n\n{_sentence(scores)}"


def _collect(results: pathlib.Path) -> Scores:
    tasks = GROUPS["all"]
    scores = collect_scores(results, tasks, choose_rows(_ROWS), SEEDS)
    if scores.complete != list(tasks):
        missing = ", ".join(task for task in tasks if task not in scores.complete)
        raise UsageError(
            f"{results} lacks results of the suite on {missing}; make them with python "
            "-m experiments.suite."
        )
    return scores


def _name(task: str) -> str:
    return task.removeprefix("mulan/")


def _results_of_auto(results: pathlib.Path, task: str) -> list[Mapping[str, Any]]:
    found = load_results(results, task)["auto"]
    return [result for result in found if result["seed"] < SEEDS]


def _taken(of_auto: Sequence[Mapping[str, Any]]) -> str:
    """Returns the outputs that were delivered, the most frequent first."""
    outputs = [result["selected"]["decision"]["output"] for result in of_auto]
    counts = collections.Counter(outputs).most_common()
    return ", ".join(
        _DELIVERED[name] if count == len(outputs) else f"{_DELIVERED[name]} ({count})"
        for name, count in counts
    )


def _sentence(scores: Scores) -> str:
    means = scores.means
    against = means[:, -1:] - means[:, :-1]
    texts = [
        f"{gains.mean():+.1f} points over {row.label} (Wilcoxon's p over "
        f"{len(means)} sets {signed_rank_test(gains).p:.2g})"
        for row, gains in zip(scores.rows, np.transpose(against))
    ]
    return (
        f"F1 on test rows in percent, mean of {SEEDS} seeds. The gain is that of auto "
        "over the plain MLP with the better of its decoders. The last column has the "
        "outputs that auto delivers (number of seeds where they differ). In the mean, "
        f"auto gains {' and '.join(texts)}."
    )
