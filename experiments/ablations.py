"""Runs a method with one part changed at a time, and prints a table.

    python -m experiments.ablations --task=bibtex --seeds=3 --jobs=2
    python -m experiments.ablations --task=bibtex --study=tag_readings --seeds=3

The study `parts` takes each part of `ldrsp_cross` away; `tag_readings` and
`mask_readings` have `ldrsp` by other readings of what the paper leaves open.

Finished runs are not repeated, and the same command resumes an interrupted one. Without
`--seeds` the table is printed as it is.
"""

import pathlib
import sys
from collections.abc import Sequence
from typing import Any

from experiments.ablation.runs import missing_jobs
from experiments.ablation.studies import STUDIES
from experiments.ablation.table import ablation_table
from experiments.cli.command import Command
from experiments.cli.data_flags import DATA_FLAGS, data_arguments
from experiments.cli.errors import one_sentence_errors
from experiments.cli.flag import PATH, Flag
from experiments.cli.flag_checks import refuse_flags_of_runs
from experiments.jobs.runner import Failure, failure_text, show_progress
from experiments.reports.filling import run_and_file
from ldrsp_tf.settings import Domain

COMMAND = Command(
    __doc__,
    (
        Flag("task", "task of the runs", "main", default="bibtex"),
        Flag(
            "study",
            "method and parts to change",
            "main",
            Domain(choices=tuple(STUDIES)),
            "parts",
        ),
        *DATA_FLAGS,
        Flag(
            "seeds",
            "number of runs of each row, of seeds 0, 1, ...; 0 does no run",
            "execution",
            Domain(int, low=0),
            0,
        ),
        Flag("jobs", "number of runs at a time", "execution", Domain(int, low=1), 1),
        Flag(
            "results",
            "folder of the results that the table is made of",
            domain=PATH,
            default="results/ablations",
        ),
        Flag(
            "runs",
            "folder in which unfinished runs work",
            domain=PATH,
            default="runs/ablations",
        ),
    ),
)


def main(argv: Sequence[str] | None = None) -> None:
    """Does the missing runs that the flags ask for, and prints the table.

    Args:
      argv: The command line; the process's own by default.
    """
    flags = COMMAND.parse(sys.argv if argv is None else argv)
    with one_sentence_errors(kept="every finished run"):
        refuse_flags_of_runs(flags)
        failures = _run(flags) if flags.seeds else []
        if failures:
            # Before the table, which they may leave without any row.
            print(failure_text(failures), file=sys.stderr)
        results = pathlib.Path(flags.results)
        print(ablation_table(results, flags.task, STUDIES[flags.study]))
    if failures:
        sys.exit(1)


def _run(flags: Any) -> list[Failure]:
    results, runs = pathlib.Path(flags.results), pathlib.Path(flags.runs)
    study, data = STUDIES[flags.study], data_arguments(flags)
    jobs = missing_jobs(results, runs, flags.task, study, flags.seeds, data)
    return run_and_file(results, jobs, flags.jobs, show_progress)


if __name__ == "__main__":
    main()
