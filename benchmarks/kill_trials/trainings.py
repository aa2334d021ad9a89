"""Trainings that are killed several times, resumed to their end and compared."""

import itertools
import pathlib
import random
import shutil
import signal
import time
from collections import Counter

from benchmarks.kill_trials.comparison import differences
from benchmarks.kill_trials.kill import RESUMED, WRONG, Kill, draw_signal
from benchmarks.kill_trials.moments import Moment, Timeline
from benchmarks.kill_trials.processes import Watched
from benchmarks.kill_trials.subjects import Training
from ldrsp_tf.errors import UsageError
from ldrsp_tf.training.history import whole_records

# Of one training: the first few kills cost less than the end of another training.
_MOST_KILLS = 6


class TrainingTrials:
    """The trials of one training; the first thing is an undisturbed run of it.

    Args:
      training: The training.
      folder: The folder of all trials; those with a wrong end stay in it.
      draw: The random numbers.

    Attributes:
      name: The name in tables.
      kills: The number of kills in each stage.
    """

    def __init__(self, training: Training, folder: pathlib.Path, draw: random.Random):
        self.name = training.name
        self.kills: Counter[str] = Counter()
        self._training = training
        self._folder = folder
        self._draw = draw
        self._trial = 0
        self._reference = folder / "undisturbed"
        self._timeline = self._measure()

    @property
    def need(self) -> float:
        """The mean number of kills a stage; trials with the smallest one go first."""
        return self.kills.total() / len(self._timeline.stages)

    def run(self) -> list[Kill]:
        """Kills a new training up to six times, resumes it to its end, compares."""
        self._trial += 1
        folder = self._folder / f"trial{self._trial}"
        kills, complaint = self._kill_and_resume(folder)
        if complaint is None:
            found = differences(self._reference, folder)
            complaint = "; ".join(found) or None
        if complaint is None:
            shutil.rmtree(folder)
        outcome, reason = RESUMED, ""
        if complaint is not None:
            outcome, reason = WRONG, f"{folder}: {complaint}"
        return [
            Kill(self.name, moment.stage, number.name, outcome, reason)
            for moment, number in kills
        ]

    def _kill_and_resume(
        self, folder: pathlib.Path
    ) -> tuple[list[tuple[Moment, signal.Signals]], str | None]:
        """Returns the kills, and a complaint about the way in which a process ended."""
        kills: list[tuple[Moment, signal.Signals]] = []
        done, wanted = -1, self._draw.randint(1, _MOST_KILLS)
        while len(kills) < wanted:
            moment = self._timeline.choose(done, self.kills, self._draw)
            if moment is None:
                break
            process = self._start(folder, len(kills))
            number = draw_signal(self._draw)
            if not self._wait_for(process, folder, moment):
                break
            process.end_by(number)
            self.kills[moment.stage] += 1
            kills.append((moment, number))
            done = _count_records(folder)
            if process.status == 0 and done < len(self._timeline.phases):
                return kills, f"{number.name} was lost"
            if complaint := process.complaint(number):
                return kills, complaint
        process = self._start(folder, len(kills))
        if process.wait() != 0:
            return kills, f"it did not resume: {process.log.read_text()[-500:]}"
        return kills, None

    def _wait_for(self, process: Watched, folder: pathlib.Path, moment: Moment) -> bool:
        """Returns whether the process has come to the moment, and not to its end."""
        if moment.records == 0:
            running = process.wait_until(lambda: process.has_output)
        else:
            running = process.wait_until(
                lambda: _count_records(folder) >= moment.records
            )
        end = time.monotonic() + moment.delay
        return running and process.wait_until(lambda: time.monotonic() >= end)

    def _start(
        self, folder: pathlib.Path, number: int, *, fresh: bool = False
    ) -> Watched:
        log = self._folder / "logs" / f"{folder.name}-{number}.txt"
        return Watched(self._training.command_in(folder), log, fresh=fresh)

    def _measure(self) -> Timeline:
        """Runs the training undisturbed and returns its gaps."""
        process = self._start(self._reference, 0, fresh=True)
        times: list[float] = []

        def note() -> bool:
            if process.has_output and not times:
                times.append(time.monotonic())
            while times and len(times) <= _count_records(self._reference):
                times.append(time.monotonic())
            return False

        process.wait_until(note)
        if process.status != 0:
            raise UsageError(
                f"The undisturbed {self.name} failed: "
                f"{process.log.read_text()[-500:].strip()}"
            )
        times.append(time.monotonic())
        text = (self._reference / "metrics.jsonl").read_text()
        phases = [record["phase"] for record in whole_records(text)]
        return Timeline(phases, [b - a for a, b in itertools.pairwise(times)])


def _count_records(folder: pathlib.Path) -> int:
    try:
        return (folder / "metrics.jsonl").read_bytes().count(b"\n")
    except FileNotFoundError:
        return 0
