"""Measures where refinement beats an ensemble of as many generators, on synthetic data.

    python -m experiments.border --seeds=3
    python -m experiments.border --describe
    python -m experiments.border --figure=docs/when_it_helps.png

The first form does the runs that `--results` lacks in `border/`, in `--runs`; the same
command resumes them. The second measures the synthetic data, and the real sets with
results of `auto`. All print the tables.
"""

import pathlib
import sys
from collections.abc import Sequence
from typing import Any

from experiments.border.plan import METHOD
from experiments.border.runs import missing_jobs
from experiments.cli.command import Command
from experiments.cli.data_flags import DATA_FLAGS, data_arguments
from experiments.cli.errors import one_sentence_errors
from experiments.cli.flag import PATH, Flag
from experiments.cli.flag_checks import refuse_flags_of_runs, require_figure_folder
from experiments.jobs.runner import Failure, failure_text, show_progress
from experiments.reports.filling import run_and_file
from experiments.summaries.result_file import write_json
from ldrsp_tf.settings import Domain

COMMAND = Command(
    __doc__,
    (
        *DATA_FLAGS,
        Flag(
            "seeds",
            "number of runs of each synthetic data set, of seeds 0, 1, ...; 0 for none",
            "execution",
            Domain(int, low=0),
            0,
        ),
        Flag("jobs", "number of runs at a time", "execution", Domain(int, low=1), 1),
        Flag(
            "describe",
            "measure the data, and write data.json beside the results",
            "execution",
            Domain(bool),
            False,
        ),
        Flag("results", "folder of all results", "data", PATH, "results"),
        Flag(
            "runs",
            "folder in which unfinished runs work",
            "execution",
            PATH,
            "runs/border",
        ),
        Flag("figure", "PNG file for the border", domain=PATH),
    ),
)


def main(argv: Sequence[str] | None = None) -> None:
    """Does what the flags ask for, and prints the tables.

    Args:
      argv: The command line; the process's own by default.
    """
    flags = COMMAND.parse(sys.argv if argv is None else argv)
    with one_sentence_errors(kept="every finished run"):
        results = pathlib.Path(flags.results)
        refuse_flags_of_runs(flags)
        require_figure_folder(flags.figure)
        failures = _run(results, flags) if flags.seeds else []
        if failures:
            print(failure_text(failures), file=sys.stderr)
        if flags.describe:
            _describe(results, flags)
        _report(results, flags)
    if failures:
        sys.exit(1)


def _run(results: pathlib.Path, flags: Any) -> list[Failure]:
    own = results / "border"
    runs = pathlib.Path(flags.runs)
    jobs = missing_jobs(own, runs, flags.seeds, data_arguments(flags))
    return run_and_file(own, jobs, flags.jobs, show_progress)


def _describe(results: pathlib.Path, flags: Any) -> None:
    # It takes a while, and the tables alone need none of it.
    from experiments.border.describing import describe_cells, describe_sets
    from experiments.border.descriptions import FILE
    from experiments.border.table import REAL_SETS

    measured = [t for t in REAL_SETS if any(results.glob(f"{t}/{METHOD}/seed*/"))]
    sets = describe_sets(measured, flags.data_dir, flags.manual_dir)
    (results / "border").mkdir(parents=True, exist_ok=True)
    write_json(results / "border" / FILE, {**describe_cells(), **sets})


def _report(results: pathlib.Path, flags: Any) -> None:
    # Flags and runs need not wait for scipy.
    from experiments.border.table import TABLES, border_table

    print("\n\n".join(border_table(results, name) for name in TABLES))
    if flags.figure:
        from experiments.border.figure import draw_border

        draw_border(results, pathlib.Path(flags.figure))


if __name__ == "__main__":
    main()
