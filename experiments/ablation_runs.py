"""The runs that a table of ablations lacks."""

import pathlib
import sys

from experiments import config_flags
from experiments.ablation_plan import ABLATIONS, METHOD
from experiments.ablation_table import folder_of
from experiments.committed_results import load_results
from experiments.job_process import Job


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
