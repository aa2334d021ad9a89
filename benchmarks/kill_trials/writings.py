"""Commands that are killed while they write over an older output."""

import pathlib
import random
import shutil
import time
from collections import Counter
from collections.abc import Callable
from typing import Any, NamedTuple

from benchmarks.kill_trials.kill import NEW, OLD, WRONG, Kill, draw_signal
from benchmarks.kill_trials.processes import Watched
from ldrsp_tf.errors import UsageError

# The parts of the time of a writing, by the share at which each begins.
_PARTS = {"begins to write": 0.0, "writes": 0.1, "ends to write": 0.8}
_END = 1.2

# Reads an output as the bytes of its content; two are alike if these are.
Read = Callable[[pathlib.Path], Any]


class Writing(NamedTuple):
    """A command that writes one file or folder.

    Attributes:
      name: The name in tables.
      old, new: The module and the arguments that write the older output, and those of
        the command that is killed, without the output.
      output: The name of the output.
      flag: The beginning of the argument that names the output.
      read: Reads the output.
    """

    name: str
    old: tuple[str, ...]
    new: tuple[str, ...]
    output: str
    flag: str
    read: Read


class WritingTrials:
    """The trials of one writing, all over the same older output.

    Args:
      writing: The writing.
      folder: The folder of all trials; those with a wrong end stay in it.
      draw: The random numbers.

    Attributes:
      name: The name in tables.
      kills: The number of kills in each part of the writing.
    """

    def __init__(self, writing: Writing, folder: pathlib.Path, draw: random.Random):
        self.name = writing.name
        self.kills: Counter[str] = Counter()
        self._writing = writing
        self._draw = draw
        self._log = folder / "log.txt"
        self._old = folder / "old" / writing.output
        self._target = folder / "killed" / writing.output
        # A writing that replaces takes its time beside the old output, too.
        self._new = folder / "new" / writing.output
        self._write(writing.old, self._old)
        _copy(self._old, self._new)
        self._seconds = self._write(writing.new, self._new)
        self._contents = {
            name: writing.read(path)
            for name, path in ((OLD, self._old), (NEW, self._new))
        }

    @property
    def need(self) -> float:
        """The mean number of kills a stage; trials with the smallest one go first."""
        return self.kills.total() / len(_PARTS)

    def run(self) -> list[Kill]:
        """Kills one writing, and looks at its output; no kill if it ended before."""
        part = min(_PARTS, key=lambda name: (self.kills[name], self._draw.random()))
        shares = [*_PARTS.values(), _END]
        begin = list(_PARTS).index(part)
        share = self._draw.uniform(*shares[begin : begin + 2])
        _copy(self._old, self._target)
        process = self._start(self._writing.new, self._target)
        number = draw_signal(self._draw)
        process.wait_until(lambda: _is_at_work(self._target))
        end = time.monotonic() + share * self._seconds
        is_killed = process.wait_until(lambda: time.monotonic() >= end)
        if is_killed:
            process.end_by(number)
            self.kills[part] += 1
        outcome, reason = self._outcome(), process.complaint(number)
        if process.status == 0 and outcome != NEW:
            reason = "it ended well without its output"
        if outcome == WRONG or reason:
            killed = self._target.parent
            before = len(list(killed.parent.glob("wrong*")))
            kept = killed.with_name(f"wrong{before + 1}")
            killed.rename(kept)
            reason = f"{kept}: {reason or 'neither the old output nor the new one'}"
            outcome = WRONG
        elif not is_killed:
            return []
        return [Kill(self.name, part, number.name, outcome, reason or "")]

    def leftovers(self) -> str | None:
        """Writes once more without a kill; describes anything that is left beside."""
        _copy(self._old, self._target)
        self._write(self._writing.new, self._target)
        left = [p.name for p in self._target.parent.iterdir() if p != self._target]
        if self._outcome() != NEW or left:
            return f"{self.name}: {self._target.parent} still has {', '.join(left)}"
        return None

    def _outcome(self) -> str:
        try:
            content = self._writing.read(self._target)
        except Exception:  # Readers of damaged files raise anything.
            return WRONG
        for name, wanted in self._contents.items():
            if content == wanted:
                return name
        return WRONG

    def _write(self, command: tuple[str, ...], output: pathlib.Path) -> float:
        """Writes an output undisturbed; returns the seconds that it takes."""
        process = self._start(command, output)
        process.wait_until(lambda: _is_at_work(output))
        begin = time.monotonic()
        if process.wait() != 0:
            raise UsageError(f"{self.name} failed: {self._log.read_text()[-500:]}")
        return time.monotonic() - begin

    def _start(self, command: tuple[str, ...], output: pathlib.Path) -> Watched:
        output.parent.mkdir(parents=True, exist_ok=True)
        return Watched((*command, f"{self._writing.flag}{output}"), self._log)


def _is_at_work(output: pathlib.Path) -> bool:
    """Returns whether something is written aside of an output."""
    return any(output.parent.glob(f".{output.name}.*.aside"))


def _copy(source: pathlib.Path, target: pathlib.Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    if source.is_dir():
        shutil.rmtree(target, ignore_errors=True)
        shutil.copytree(source, target)
    else:
        shutil.copy(source, target)
