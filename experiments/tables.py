"""Prints the paper's tables from committed results, ours beside the paper's.

    python -m experiments.tables                       # all three, as Markdown
    python -m experiments.tables --table=2 --format=latex
    python -m experiments.tables --docs=.
    python -m experiments.tables --table=1 --run_missing --jobs=2

The third form writes every table between its marks in README.md and in the pages of
docs/. The last one first does the runs that the table lacks, in `--runs`, and adds
their results to `--results`; the same command resumes it where it was interrupted.
"""

import pathlib
import sys
from collections.abc import Sequence
from functools import partial
from typing import Any

from experiments.ablation.studies import STUDIES
from experiments.ablation.table import ablation_table
from experiments.cli.command import Command
from experiments.cli.data_flags import DATA_FLAGS, data_arguments
from experiments.cli.errors import one_sentence_errors
from experiments.cli.flag import PATH, Flag
from experiments.cli.flag_checks import require_figure_folder
from experiments.jobs.ray_flags import RAY_FLAG, ray_cluster
from experiments.jobs.runner import Failure, failure_text, show_progress
from experiments.reports.filling import Wanted, fill_tables
from experiments.reports.formats import FORMATS, markdown
from experiments.reports.layouts import LAYOUTS, SUMMARY, Layout, layout_of
from experiments.reports.pages import Makers, require_pages, update_pages
from experiments.reports.rows import Table, build_table, row_folders
from experiments.reports.summary import summary_table
from experiments.reports.sweep_table import sweep_table
from experiments.summaries.collection import Results, load_results
from experiments.summaries.result_check import require_result
from experiments.summaries.result_file import read_json
from experiments.summaries.result_table import result_table, selection_line
from ldrsp_tf.errors import UsageError
from ldrsp_tf.settings import Domain

# Flags of the runs that `--run_missing` does.
_RUN_FLAGS = (
    Flag(
        "seeds",
        "number of seeds of each row, for --run_missing",
        "execution",
        Domain(int, low=1),
        5,
    ),
    Flag(
        "jobs",
        "number of runs at a time, for --run_missing",
        "execution",
        Domain(int, low=1),
        1,
    ),
    Flag(
        "tasks",
        "tasks to run, separated by commas, for --run_missing; table 1 has bibtex, "
        "delicious and bookmarks, table 2 weizmann_horse, table 3 lfw_parts",
        "execution",
        Domain(str, is_list=True),
        note="all of the table",
    ),
    Flag(
        "methods",
        "methods to run, separated by commas, for --run_missing; with networks as "
        "<method>-<networks>, such as ldrsp_cross-unet",
        "execution",
        Domain(str, is_list=True),
        note="all of the table",
    ),
    Flag(
        "runs",
        "folder in which unfinished runs work, for --run_missing",
        "execution",
        PATH,
        default="runs",
    ),
    RAY_FLAG,
)

COMMAND = Command(
    __doc__,
    (
        Flag(
            "table",
            "table to print: one of the paper's by its number, the evidence for its "
            "claim (claim), or predictions without a refinement (controls)",
            "main",
            Domain(choices=("1", "2", "3", "claim", "controls")),
            note="1, 2 and 3",
        ),
        *DATA_FLAGS,
        Flag(
            "run_missing",
            "first do the runs that the tables lack",
            "execution",
            Domain(bool),
            False,
        ),
        *_RUN_FLAGS,
        Flag("results", "folder of the results", "data", PATH, "results"),
        Flag(
            "format",
            "format that the tables are printed in",
            "output",
            Domain(choices=tuple(FORMATS)),
            "markdown",
        ),
        Flag(
            "docs",
            "folder with README.md and docs/, in which to rewrite all marked tables",
            domain=PATH,
        ),
        Flag(
            "figure",
            "PNG file to draw, with --table=claim or --table=controls",
            domain=PATH,
        ),
    ),
)


def tables_of(folder: pathlib.Path, number: int | str | None = None) -> list[Table]:
    """Returns the tables of the tasks in the paper, and of others that have results.

    Args:
      folder: The folder with `<task>/<method>/seed<k>/result.json`.
      number: The number of the paper's table, or "claim" or "controls"; all of the
        paper's if None.
    """
    tables = []
    for layout in LAYOUTS:
        results = load_results(folder, layout.task)
        if layout.is_asked(number) and (results or layout.figures):
            tables.append(build_table(layout, results))
    return tables


def table_makers(folder: pathlib.Path) -> Makers:
    """Returns the generators of the marked parts of a page.

    `<!-- table: TASK -->` ... `<!-- end -->` becomes the task's table (as `claim/TASK`
    or `controls/TASK` another table of it, as `summary` that of all tasks),
    `<!-- screen: RUN -->` the last lines that a run such as bibtex/ldrsp/seed0 shows,
    `<!-- ablations: STUDY/TASK -->` the table of a study, `<!-- sweeps: TASK -->` that
    of the searches of its methods' settings, `<!-- suite: GROUP -->` the comparison of
    methods over a group of data sets (as `expected` and `by_set` tables for users), and
    `<!-- border: made -->`, `border: shapes` or `border: real` the gains of `auto` on
    such data.

    Args:
      folder: The folder of the results.
    """
    makers = {
        "table": _table,
        "screen": _screen,
        "ablations": _ablations,
        "sweeps": _sweeps,
        "suite": _suite,
        "border": _border,
    }
    return {kind: partial(make, folder) for kind, make in makers.items()}


def _table(folder: pathlib.Path, name: str) -> str:
    if name == SUMMARY.name:
        return summary_table(SUMMARY, partial(load_results, folder))
    layout = layout_of(name)
    if layout is None:
        known = ", ".join(layout.name for layout in (*LAYOUTS, SUMMARY))
        raise UsageError(f"There is no table of {name!r}; there are {known}.")
    results = load_results(folder, layout.task)
    if not results:
        raise _no_result(folder, name)
    return markdown(build_table(layout, results))


def _ablations(folder: pathlib.Path, name: str) -> str:
    study, _, task = name.partition("/")
    if study not in STUDIES:
        raise UsageError(
            f"There is no study {study!r}; there are {', '.join(STUDIES)}."
        )
    return ablation_table(folder / "ablations", task, STUDIES[study])


def _sweeps(folder: pathlib.Path, task: str) -> str:
    return sweep_table(folder / "sweeps", task)


def _suite(folder: pathlib.Path, group: str) -> str:
    # Other parts need not wait for scipy.stats.
    from experiments.suite.expected import (
        BY_SET,
        EXPECTED,
        expected_table,
        sets_table,
    )
    from experiments.suite.report import group_report

    if group == EXPECTED:
        return expected_table(folder)
    if group == BY_SET:
        return sets_table(folder)
    return group_report(folder, group)


def _border(folder: pathlib.Path, name: str) -> str:
    # As for the suite.
    from experiments.border.table import border_table

    return border_table(folder, name)


def _screen(folder: pathlib.Path, run: str) -> str:
    path = folder / run / "result.json"
    result = read_json(path)
    if result is None:
        raise _no_result(folder, run)
    require_result(path, result, "selected")
    screen = f"{selection_line(result)}\n\n{result_table(result, {})}"
    return f"```text\n{screen}\n```"


def _no_result(folder: pathlib.Path, name: str) -> UsageError:
    return UsageError(f"{folder} has no result of {name}; nothing is written.")


def main(argv: Sequence[str] | None = None) -> None:
    """Prints or writes the tables that the flags name.

    Args:
      argv: The command line; the process's own by default.
    """
    flags = COMMAND.parse(sys.argv if argv is None else argv)
    folder = pathlib.Path(flags.results)
    with one_sentence_errors(kept="every finished run"):
        _check(flags)
        failures = _fill(folder, flags) if flags.run_missing else []
        if failures:
            # Before the tables, which they may leave without any row.
            print(failure_text(failures), file=sys.stderr)
        if not folder.is_dir():
            raise UsageError(f"There is no folder {folder}; name one by --results.")
        if flags.docs:
            for page in update_pages(pathlib.Path(flags.docs), table_makers(folder)):
                print(f"Updated {page}.")
        else:
            tables = tables_of(folder, _number(flags))
            print(FORMATS[flags.format](tables))
            if flags.figure:
                _draw(tables, folder, flags)
    if failures:
        sys.exit(1)


def _check(flags: Any) -> None:
    if flags.figure and flags.table not in ("claim", "controls"):
        raise UsageError(
            "--figure draws the claim or the walks; add --table=claim or controls."
        )
    for flag in _RUN_FLAGS:
        if flags[flag.name].present and not flags.run_missing:
            raise UsageError(f"--{flag.name} needs --run_missing; add it.")
    require_figure_folder(flags.figure)
    if flags.docs:
        _check_docs(flags)


def _check_docs(flags: Any) -> None:
    if flags.table or flags.format != "markdown":
        raise UsageError(
            "--docs writes every marked table as Markdown; leave out --table and "
            "--format."
        )
    require_pages(pathlib.Path(flags.docs))


def _draw(tables: list[Table], folder: pathlib.Path, flags: Any) -> None:
    path = pathlib.Path(flags.figure)
    # Most tables are printed alone, and need not wait for matplotlib.
    if flags.table == "claim":
        from experiments.reports.claim_figure import draw_claim

        draw_claim(tables, path)
    else:
        from experiments.reports.walk_figure import draw_trajectories

        layouts = [table.layout for table in tables]
        draw_trajectories({la.title: _in_order(la, folder) for la in layouts}, path)


def _in_order(layout: Layout, folder: pathlib.Path) -> Results:
    """Returns the results of a task, in the order of its table."""
    results = load_results(folder, layout.task)
    folders = row_folders(layout, results)
    return {folder: results[folder] for folder in folders if folder in results}


def _number(flags: Any) -> int | str | None:
    return int(flags.table) if flags.table in ("1", "2", "3") else flags.table


def _fill(folder: pathlib.Path, flags: Any) -> list[Failure]:
    """Does the missing runs; progress goes to standard error, apart from the tables."""
    folder.mkdir(parents=True, exist_ok=True)
    return fill_tables(
        folder,
        Wanted(_number(flags), flags.tasks, flags.methods, flags.seeds),
        (sys.executable, "-m", "experiments.run", *data_arguments(flags)),
        runs=pathlib.Path(flags.runs),
        at_once=flags.jobs,
        cluster=ray_cluster(flags.ray_address, flags.jobs),
        report=show_progress,
    )


if __name__ == "__main__":
    main()
