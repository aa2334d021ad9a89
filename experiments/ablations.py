"""What each ingredient of `ldrsp_cross` is worth: runs without it, and their table.

    python -m experiments.ablations --task=bibtex --seeds=3 --jobs=2

Runs that are there already are not done again; the same command goes on where it was
interrupted. Without `--seeds` the table is printed as it is.
"""

import pathlib
import sys

from absl import app, flags

from experiments.cli.startup import quiet_tensorflow

quiet_tensorflow(find_devices=False)

from experiments.ablation.runs import missing_jobs  # noqa: E402
from experiments.ablation.table import ablation_table  # noqa: E402
from experiments.cli import data_flags  # noqa: E402
from experiments.cli.errors import one_sentence_errors  # noqa: E402
from experiments.jobs.process import Job  # noqa: E402
from experiments.jobs.runner import Failure, failure_text, run_jobs  # noqa: E402
from experiments.reports.filling import file_result  # noqa: E402

FLAGS = flags.FLAGS
flags.DEFINE_string("task", "bibtex", "of multi-label data")
flags.DEFINE_integer("seeds", 0, "seeds 0, 1, ... of each row", 0)
flags.DEFINE_integer("jobs", 1, "runs at a time", 1)
flags.DEFINE_string("results", "results/ablations", "folder of their results")
flags.DEFINE_string("runs", "runs/ablations", "folder where they work")
flags.adopt_module_key_flags(data_flags)


def _run(results: pathlib.Path) -> list[Failure]:
    runs = pathlib.Path(FLAGS.runs)
    data = data_flags.given()
    jobs = missing_jobs(results, runs, FLAGS.task, FLAGS.seeds, data)

    def collect(job: Job) -> None:
        file_result(job.folder / "result.json", results / job.name / "result.json")

    return run_jobs(
        jobs, FLAGS.jobs, collect, lambda line: print(line, file=sys.stderr, flush=True)
    )


def main(argv: list[str]) -> None:
    """Runs what is missing, and prints."""
    if len(argv) > 1:
        raise app.UsageError(f"{argv[1]!r} is not a flag.")
    results = pathlib.Path(FLAGS.results)
    with one_sentence_errors(kept="every finished run"):
        failures = _run(results) if FLAGS.seeds else []
        print(ablation_table(results, FLAGS.task))
    if failures:
        sys.exit(failure_text(failures))


if __name__ == "__main__":
    app.run(main)
