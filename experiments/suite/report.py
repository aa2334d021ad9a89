"""The comparison as Markdown: table with ranks, tests, and the best control."""

import math
import pathlib
import statistics
from collections.abc import Sequence

import numpy as np

from experiments.cli.markdown import markdown_table
from experiments.suite.groups import GROUPS, SEEDS
from experiments.suite.rank_tests import (
    SIGNIFICANCE,
    critical_difference,
    friedman_test,
    holm,
    rank_figures,
    signed_rank_test,
)
from experiments.suite.rows import ROWS
from experiments.suite.scores import Scores, collect_scores
from experiments.summaries.cells import interval_text
from experiments.summaries.statistics import summarize
from ldrsp_tf.errors import UsageError

_DECODERS = {
    "f1": "a threshold of 0.5",
    "f1_tuned": "the tuned threshold",
    "f1_plugin": "the plug-in decoder",
}


_WILCOXON_HEAD = (
    "mean difference",
    "wins/ties/losses",
    "R+",
    "R-",
    "p",
    "p by Holm",
)


def group_report(results: pathlib.Path, group: str) -> str:
    """Returns the report on a group of data sets, for a page.

    Its rows are those with results on all of them; a sentence names the others.

    Args:
      results: The folder of the results.
      group: The name of the group, one of `GROUPS`.

    Raises:
      UsageError: There is no such group, or no row has results on all of it.
    """
    if group not in GROUPS:
        raise UsageError(
            f"There is no group {group!r} of data sets; there are {', '.join(GROUPS)}."
        )
    tasks = GROUPS[group]
    scores = collect_scores(results, tasks, ROWS, SEEDS)
    lacking = {name for task in tasks for name in scores.gaps(task)}
    whole = [row for row in scores.rows if row.name not in lacking]
    if not whole:
        raise UsageError(f"No row has results on all data sets of {group!r}.")
    report = suite_report(collect_scores(results, tasks, whole, SEEDS))
    others = [row.label for row in ROWS if row not in whole]
    if not others:
        return report
    return (
        f"{report}\n\nLeft out, since they lack results on some of these data sets: "
        f"{', '.join(others)}."
    )


def suite_report(scores: Scores, reference: str | None = None) -> str:
    """Returns the table, its notes and the tests.

    Args:
      scores: The figures of the rows.
      reference: The name of the row that the others are compared with; the last one by
        default.

    Raises:
      UsageError: There is no such row with results.
    """
    position = scores.position(reference)
    parts = [_table(scores), *_notes(scores), *_missing(scores)]
    count = len(scores.complete)
    if count < 2 or len(scores.rows) < 2:
        parts.append(
            "There are no tests: they need at least two rows on two data sets that "
            "lack no result."
        )
    else:
        parts += [_friedman(scores), *_wilcoxon(scores, position)]
    return "\n\n".join([*parts, *_best_controls(scores, position)])


def _table(scores: Scores) -> str:
    ranks = rank_figures(scores.means)
    of_task = dict(zip(scores.complete, ranks))
    lines = [["data set", *(row.label for row in scores.rows)]]
    for task, figures in scores.by_seed.items():
        if _is_empty(scores, task):
            continue
        cells = [_mean(of_seeds) for of_seeds in figures]
        if task in of_task:
            cells = [f"{cell} ({r:g})" for cell, r in zip(cells, of_task[task])]
        lines.append([task, *cells])
    if of_task:
        lines.append(["average rank", *(f"{rank:.2f}" for rank in ranks.mean(axis=0))])
    return markdown_table(lines)


def _mean(figures: Sequence[float | None]) -> str:
    measured = [figure for figure in figures if figure is not None]
    if len(measured) < len(figures):
        return "-"
    return f"{statistics.fmean(measured):.1f}"


def _notes(scores: Scores) -> list[str]:
    last = scores.seeds - 1
    of_seeds = f"mean over seeds 0 to {last}" if last else "of seed 0"
    notes = [
        f"F1 on the test rows in percent, {of_seeds}; in brackets the rank among the "
        "rows, by unrounded figures."
    ]
    choices: dict[tuple[str, ...], list[str]] = {}
    for row in scores.rows:
        if len(row.decoders) > 1:
            choices.setdefault(row.decoders, []).append(row.label)
    if choices:
        texts = [
            f"{' or '.join(_DECODERS.get(d, d) for d in decoders)} ({', '.join(rows)})"
            for decoders, rows in choices.items()
        ]
        notes.append(
            f"Outputs are decided by {'; '.join(texts)}: for each seed of each data "
            "set by that with the better F1 on validation rows. Test rows choose "
            "nothing."
        )
    return notes


def _missing(scores: Scores) -> list[str]:
    notes = [
        f"No data set has a result of `{row.name}`; the row is left out."
        for row in scores.unmeasured
    ]
    empty = [task for task in scores.by_seed if _is_empty(scores, task)]
    if empty:
        notes.append(f"No row has a result on {', '.join(empty)}.")
    for task in scores.by_seed:
        gaps = scores.gaps(task)
        if gaps and task not in empty:
            names = ", ".join(
                f"`{name}`{_seeds(seeds, scores.seeds)}" for name, seeds in gaps.items()
            )
            notes.append(
                f"{task} is left out of ranks and tests: it lacks results of {names}."
            )
    return notes


def _is_empty(scores: Scores, task: str) -> bool:
    return all(figure is None for row in scores.by_seed[task] for figure in row)


def _seeds(lacking: Sequence[int], all_seeds: int) -> str:
    if len(lacking) == all_seeds:
        return ""
    noun = "seed" if len(lacking) == 1 else "seeds"
    return f" ({noun} {', '.join(map(str, lacking))})"


def _friedman(scores: Scores) -> str:
    ranks = rank_figures(scores.means)
    count, methods = ranks.shape
    test = friedman_test(ranks)
    if math.isinf(test.f):
        # Its p of 0 would be no probability: two data sets may agree by chance.
        f = "is infinite, since all data sets rank the rows alike"
    else:
        between, within = test.freedom
        f = f"{test.f:.2f} with {between} and {within}, p {_p_text(test.f_p)}"
    return (
        f"Friedman's test, {methods} rows on {count} data sets: chi-square "
        f"{test.chi_square:.2f} with {_count(methods - 1, 'degree')} of freedom, p "
        f"{_p_text(test.chi_square_p)}; Iman and Davenport's F {f}. Nemenyi's critical "
        f"difference at {SIGNIFICANCE} is {critical_difference(methods, count):.2f} "
        "ranks."
    )


def _wilcoxon(scores: Scores, reference: int) -> list[str]:
    means, label = scores.means, scores.rows[reference].label
    others = [place for place in range(len(scores.rows)) if place != reference]
    differences = [means[:, reference] - means[:, place] for place in others]
    tests = [signed_rank_test(values) for values in differences]
    adjusted = holm([test.p for test in tests])
    lines = [[f"{label} against", *_WILCOXON_HEAD]]
    for place, values, test, corrected in zip(others, differences, tests, adjusted):
        signs = (values > 0, values == 0, values < 0)
        lines.append(
            [
                scores.rows[place].label,
                f"{values.mean():+.2f}",
                "/".join(str(int(sign.sum())) for sign in signs),
                f"{test.positive:g}",
                f"{test.negative:g}",
                _p_text(test.p),
                _p_text(corrected),
            ]
        )
    note = (
        f"Wilcoxon's signed-rank tests over the {len(means)} data sets, exact and "
        "two-sided, and p with Holm's correction. The difference is that of the mean "
        f"F1, in points; R+ and R- are the sums of ranks for and against {label}."
    )
    # If the reference wins everywhere: 2 of 2^N signs, times the number of tests.
    smallest = min(1.0, len(tests) * 2.0 ** (1 - len(means)))
    if smallest >= SIGNIFICANCE:
        note += (
            f" With {len(means)} data sets and {_count(len(tests), 'test')} no "
            f"corrected p can be below {_p_text(smallest)}, so none is significant at "
            f"{SIGNIFICANCE}."
        )
    return [markdown_table(lines), note]


def _best_controls(scores: Scores, position: int) -> list[str]:
    """Returns the reference beside the best single control of each data set."""
    reference = scores.rows[position]
    lines = [["data set", "best control", "its F1", reference.label, "difference"]]
    for task, figures in zip(scores.complete, scores.figures[:, position]):
        controls = {
            row.label: np.array(of_seeds)
            for row, of_seeds in scores.controls[task].items()
            if row.name != reference.name and None not in of_seeds
        }
        if controls:
            best = max(controls, key=lambda label: controls[label].mean())
            cells = [f"{of_row.mean():.1f}" for of_row in (controls[best], figures)]
            gain = summarize((figures - controls[best]).tolist())
            lines.append([task, best, *cells, interval_text(gain)])
    if len(lines) == 1:
        return []
    note = (
        "The best control of a data set is the row without refinement, by either of "
        "its decoders, with the highest mean on *test* rows. It could not have been "
        "known: it is a bound, not a method. The difference of "
        f"{reference.label} from it is paired over seeds, in points, with its 95 % "
        "confidence interval."
    )
    return [markdown_table(lines), note]


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _p_text(p: float) -> str:
    return "< 0.0001" if p < 1e-4 else f"{p:.2g}"
