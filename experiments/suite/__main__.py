"""Compares methods over many data sets: F1 with ranks, tests and a diagram.

    python -m experiments.suite --suite=design --jobs=2
    python -m experiments.suite --tasks=bibtex,delicious --methods=baseline,ldrsp_cross
    python -m experiments.suite --run_missing=false --figure=suite.png

It first does the runs that `--results` lacks, in `--runs`; the same command resumes
them where they were interrupted. The third form only reads results.
"""

import pathlib
import sys
from collections.abc import Sequence
from typing import Any

from experiments.cli.command import Command
from experiments.cli.data_flags import DATA_FLAGS, data_arguments
from experiments.cli.errors import one_sentence_errors
from experiments.cli.flag import PATH, Flag
from experiments.cli.flag_checks import require_figure_folder
from experiments.jobs.ray_flags import RAY_FLAG, ray_cluster
from experiments.jobs.runner import Failure, failure_text, show_progress
from experiments.reports.filling import fill_runs
from experiments.reports.missing_runs import require_runnable, runnable
from experiments.suite.groups import GROUPS, SEEDS
from experiments.suite.rows import ROWS, ComparedRow, choose_rows
from experiments.suite.runs import runs_to_do
from ldrsp_tf.errors import UsageError
from ldrsp_tf.settings import Domain

_NAMES = Domain(str, is_list=True)

# Flags of the runs, which reading alone has no use for.
_RUN_FLAGS = (
    Flag("jobs", "number of runs at a time", "execution", Domain(int, low=1), 1),
    Flag("runs", "folder in which unfinished runs work", "execution", PATH, "runs"),
    RAY_FLAG,
)

COMMAND = Command(
    __doc__,
    (
        Flag(
            "suite",
            "group of data sets to compare on: those that methods were designed on, "
            "those that confirm it, or both",
            "main",
            Domain(choices=tuple(GROUPS)),
            "all",
        ),
        Flag(
            "tasks",
            "tasks to compare on, separated by commas, instead of a group",
            "main",
            _NAMES,
            note="those of --suite",
        ),
        Flag(
            "methods",
            "methods whose rows are compared, separated by commas",
            "main",
            _NAMES,
            note="all with a row",
        ),
        Flag(
            "rows",
            "rows to compare, separated by commas: "
            f"{', '.join(row.name for row in ROWS)}",
            "main",
            _NAMES,
            note="all of --methods",
        ),
        Flag(
            "reference",
            "row that all others are compared with in pairs",
            "main",
            note="the last row",
        ),
        *DATA_FLAGS,
        Flag("results", "folder of the results", "data", PATH, "results"),
        Flag(
            "seeds",
            "number of seeds of each row, from 0 on",
            "execution",
            Domain(int, low=1),
            SEEDS,
        ),
        Flag(
            "run_missing",
            "first do the runs that the comparison lacks",
            "execution",
            Domain(bool),
            True,
        ),
        *_RUN_FLAGS,
        Flag(
            "figure",
            "PNG file for the diagram of average ranks and their critical difference",
            domain=PATH,
        ),
    ),
)


def main(argv: Sequence[str] | None = None) -> None:
    """Does the missing runs and prints the comparison that the flags name.

    Args:
      argv: The command line; the process's own by default.
    """
    flags = COMMAND.parse(sys.argv if argv is None else argv)
    with one_sentence_errors(kept="every finished run"):
        rows = _checked_rows(flags)
        failures = _fill(rows, flags) if flags.run_missing else []
        if failures:
            # Before the comparison, which they may leave without any figure.
            print(failure_text(failures), file=sys.stderr)
        _report(rows, flags)
    if failures:
        sys.exit(1)


def _checked_rows(flags: Any) -> tuple[ComparedRow, ...]:
    """Returns the rows to compare, after a check of the flags."""
    rows = choose_rows(flags.rows, flags.methods)
    if flags["suite"].present and flags.tasks:
        raise UsageError("--suite and --tasks both name the data sets; give one.")
    if flags.reference and flags.reference not in [row.name for row in rows]:
        raise UsageError(
            f"--reference={flags.reference} is none of the rows to compare, which are "
            f"{', '.join(row.name for row in rows)}."
        )
    require_figure_folder(flags.figure)
    for flag in _RUN_FLAGS:
        if flags[flag.name].present and not flags.run_missing:
            raise UsageError(
                f"--{flag.name} is of the missing runs; leave out --run_missing=false."
            )
    return rows


def _tasks(flags: Any) -> Sequence[str]:
    return flags.tasks or GROUPS[flags.suite]


def _fill(rows: Sequence[ComparedRow], flags: Any) -> list[Failure]:
    """Does the missing runs; progress goes to standard error, apart from the tables."""
    results = pathlib.Path(flags.results)
    results.mkdir(parents=True, exist_ok=True)
    folders = list(dict.fromkeys(row.folder for row in rows))
    if flags.methods or flags.rows:
        require_runnable(folders)
    missing = runs_to_do(results, _tasks(flags), runnable(folders), flags.seeds)
    return fill_runs(
        results,
        missing,
        (sys.executable, "-m", "experiments.run", *data_arguments(flags)),
        runs=pathlib.Path(flags.runs),
        at_once=flags.jobs,
        cluster=ray_cluster(flags.ray_address, flags.jobs),
        report=show_progress,
    )


def _report(rows: Sequence[ComparedRow], flags: Any) -> None:
    # The tests need scipy.stats, which flags and runs need not wait for.
    from experiments.suite.report import suite_report
    from experiments.suite.scores import collect_scores

    results = pathlib.Path(flags.results)
    if not results.is_dir():
        raise UsageError(f"There is no folder {results}; name one by --results.")
    scores = collect_scores(results, _tasks(flags), rows, flags.seeds)
    print(suite_report(scores, flags.reference))
    if flags.figure:
        # Most comparisons are printed alone, and need not wait for matplotlib.
        from experiments.suite.diagram import draw_scores

        draw_scores(scores, pathlib.Path(flags.figure))


if __name__ == "__main__":
    main()
