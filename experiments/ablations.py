"""What each ingredient of `ldrsp_cross` is worth: runs without it, and their table.

    python -m experiments.ablations --task=bibtex --seeds=3 --jobs=2

Runs that are there already are not done again; the same command goes on where it was
interrupted. Without `--seeds` the table is printed as it is.
"""

import pathlib
import sys

from absl import app, flags

from experiments import config_flags, data_flags
from experiments.ablation_plan import ABLATIONS, METHOD
from experiments.ablation_table import ablation_table, folder_of
from experiments.command_errors import one_sentence_errors
from experiments.committed_results import load_results
from experiments.filling import file_result
from experiments.job_process import Job
from experiments.parallel_runs import Failure, run_jobs

FLAGS = flags.FLAGS
flags.DEFINE_string("task", "bibtex", "of multi-label data")
flags.DEFINE_integer("seeds", 0, "seeds 0, 1, ... of each row", 0)
flags.DEFINE_integer("jobs", 1, "runs at a time", 1)
flags.DEFINE_string("results", "results/ablations", "folder of their results")
flags.DEFINE_string("runs", "runs/ablations", "folder where they work")
flags.adopt_module_key_flags(data_flags)


def missing_jobs(
    results: pathlib.Path, runs: pathlib.Path, task: str, seeds: int, data: list[str]
) -> list[Job]:
    """The runs without a result; all of seed 0 come first."""
    there = load_results(results, task)
    jobs = []
    for seed in range(seeds):
        for name, ablation in ABLATIONS.items():
            folder = folder_of(name)
            if seed in {result["seed"] for result in there.get(folder, [])}:
                continue
            place = f"{task}/{folder}/seed{seed}"
            settings = {"ensemble": False, **ablation.settings}
            settings = config_flags.as_flags(settings).split()
            command = (
                *(sys.executable, "-m", "experiments.run", *data),
                *(f"--task={task}", f"--method={METHOD}", f"--seed={seed}"),
                *(*settings, f"--output_dir={runs / place}"),
            )
            jobs.append(Job(name=place, command=command, folder=runs / place))
    return jobs


def _run(results: pathlib.Path) -> list[Failure]:
    places = {"data_dir": FLAGS.data_dir, "manual_dir": FLAGS.manual_dir}
    data = [f"--{name}={place}" for name, place in places.items() if place]
    runs = pathlib.Path(FLAGS.runs)
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
        reasons = [f"  {failure.job.name}: {failure.reason}" for failure in failures]
        sys.exit("\n".join(["error: These runs failed:", *reasons]))


if __name__ == "__main__":
    app.run(main)
