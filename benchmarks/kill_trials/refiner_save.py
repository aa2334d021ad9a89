"""Saves the refiner of a finished run, as one that is killed.

python -m benchmarks.kill_trials.refiner_save RUN FOLDER
"""

import pathlib
import sys

from experiments.runs.finished import load_run


def main(run: pathlib.Path, folder: pathlib.Path) -> None:
    """Saves the run's refiner in the folder, over an earlier one."""
    load_run(run).refiner().save(folder)


if __name__ == "__main__":
    main(*map(pathlib.Path, sys.argv[1:3]))
