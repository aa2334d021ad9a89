"""Kills trainings and writings at random moments, and looks at what comes of them.

    python -m benchmarks.kills --minutes=25

A killed training, resumed by the same command, has to end as an undisturbed one, bit
for bit; a killed `export`, `save` or `predict` has to leave the old output or the new
one. The moments are drawn by stage. Anything else is wrong: its folder is kept, and the
command ends with an error.
"""

import pathlib
import random
import sys
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING

from experiments.cli.command import Command
from experiments.cli.durations import clock
from experiments.cli.flag import PATH, Flag
from experiments.cli.startup import quiet_tensorflow
from experiments.summaries.result_file import read_json, write_json
from ldrsp_tf.errors import UsageError
from ldrsp_tf.settings import Domain

if TYPE_CHECKING:
    from benchmarks.kill_trials.kill import Kill
    from benchmarks.kill_trials.trainings import TrainingTrials
    from benchmarks.kill_trials.writings import WritingTrials

COMMAND = Command(
    __doc__,
    (
        Flag(
            "minutes",
            "time after which no further trial begins",
            "main",
            Domain(float, low=0),
            25.0,
        ),
        Flag("seed", "seed of the moments and signals", "main", Domain(int, low=0), 0),
        Flag(
            "only",
            "beginnings of the names of what is killed, separated by commas",
            "main",
            Domain(str, is_list=True),
            note="everything",
        ),
        Flag(
            "output_dir",
            "folder of the trials; it has to be empty, or new",
            domain=PATH,
            default="runs/kills",
        ),
        Flag(
            "output",
            "file of the result, such as results/kills.json; kills are added to those "
            "that it has",
            domain=PATH,
        ),
    ),
)


def main(argv: Sequence[str] | None = None) -> None:
    """Runs the trials that the flags describe.

    Args:
      argv: The command line; the process's own by default.
    """
    flags = COMMAND.parse(sys.argv if argv is None else argv)
    folder = pathlib.Path(flags.output_dir).absolute()
    try:
        if folder.exists() and any(folder.iterdir()):
            raise UsageError(f"{folder} is not empty; name a new --output_dir.")
        folder.mkdir(parents=True, exist_ok=True)
        wrong = _run(folder, flags.seed, flags.minutes, flags.only, flags.output)
    except (UsageError, OSError) as error:
        sys.exit(f"error: {error}")
    except KeyboardInterrupt:
        sys.exit("\nStopped.")
    if wrong:
        sys.exit("\n".join(["error: These ended wrong:", *wrong]))


def _run(
    folder: pathlib.Path,
    seed: int,
    minutes: float,
    only: Sequence[str] | None,
    output: str | None,
) -> list[str]:
    """Runs trials for some minutes; returns a line for each that is wrong."""
    quiet_tensorflow()
    from benchmarks.kill_trials.report import (
        as_content,
        kills_line,
        kills_table,
        merged,
    )
    from benchmarks.kill_trials.trials import make_trials

    begin = time.monotonic()
    trainings, writings = make_trials(folder, random.Random(seed), tuple(only or [""]))
    trials: list[TrainingTrials | WritingTrials] = [*trainings, *writings]
    kills: list[Kill] = []
    while not kills or time.monotonic() - begin < 60.0 * minutes:
        trial = min(trials, key=lambda trial: trial.need)
        for kill in trial.run():
            kills.append(kill)
            seconds = time.monotonic() - begin
            print(f"{clock(seconds)}  {', '.join(filter(None, kill))}", flush=True)
    wrong = list(dict.fromkeys(kill.reason for kill in kills if kill.reason))
    wrong += filter(None, [writing.leftovers() for writing in writings])
    content = as_content(kills, seed, (time.monotonic() - begin) / 60.0)
    if output:
        path = pathlib.Path(output)
        content = merged(read_json(path), content)
        write_json(path, content)
    print(f"\n{kills_table(content)}\n\n{kills_line(content)}")
    return wrong


if __name__ == "__main__":
    main()
