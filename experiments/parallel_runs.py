"""Commands run as processes of their own, some at a time, each with a log."""

import contextlib
import dataclasses
import pathlib
import signal
import statistics
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from experiments.clock import clock
from experiments.core_shares import shared_environment
from ldrsp_tf.errors import UsageError
from ldrsp_tf.folder_lock import claim_folder

LOG = "log.txt"
_POLL_SECONDS = 0.1


@dataclasses.dataclass(frozen=True)
class Job:
    """A command that works in a folder, which also receives what it prints."""

    name: str
    command: Sequence[str]
    folder: pathlib.Path


@dataclasses.dataclass(frozen=True)
class Failure:
    """A job that came to nothing, and a sentence that says why."""

    job: Job
    reason: str


def run_jobs(
    jobs: Sequence[Job],
    at_once: int,
    collect: Callable[[Job], None],
    report: Callable[[str], None],
) -> list[Failure]:
    """Runs every job; one that fails leaves the others alone.

    An interruption, by Ctrl-C or by a signal to end, also ends those that run.

    Args:
      jobs: In the order in which they start.
      at_once: How many may run at a time.
      collect: Takes the outcome of a job that ended well; a UsageError or an OSError
        makes it one that failed.
      report: Shows a line of progress.

    Returns:
      The failures, in the order in which they happened.
    """
    return _Runner(jobs, at_once, collect, report).run()


def seconds_left(durations: Sequence[float], left: int, at_once: int) -> float:
    """The time that jobs need which are as long as the mean of those that ended."""
    return statistics.mean(durations) * left / max(1, min(at_once, left))


class _Running(NamedTuple):
    """A job's process; `log_begin` is where its part of the log begins."""

    number: int
    job: Job
    process: subprocess.Popen
    begin: float
    log_begin: int


class _Runner:
    """What `run_jobs` keeps in mind."""

    def __init__(
        self,
        jobs: Sequence[Job],
        at_once: int,
        collect: Callable[[Job], None],
        report: Callable[[str], None],
    ):
        self._waiting = list(enumerate(jobs, start=1))
        self._total = len(jobs)
        self._at_once = at_once
        self._collect = collect
        self._report = report
        self._environment = shared_environment(at_once)
        self._running: list[_Running] = []
        self._durations: list[float] = []
        self._failures: list[Failure] = []

    def run(self) -> list[Failure]:
        with _signals_interrupt():
            try:
                while self._waiting or self._running:
                    self._start_some()
                    self._end_some()
                    time.sleep(_POLL_SECONDS if self._running else 0.0)
            finally:
                self._stop_all()
        return self._failures

    def _start_some(self) -> None:
        while self._waiting and len(self._running) < self._at_once:
            number, job = self._waiting.pop(0)
            lock = claim_folder(job.folder)
            if lock is None:
                self._fail(number, job, f"another process is at work in {job.folder}")
                continue
            # The child alone keeps the lock: its folder is free when it ends, however.
            with lock:
                self._running.append(self._process(number, job, lock.fileno()))
            self._report(f"{self._place(number)} started   {job.name}")

    def _process(self, number: int, job: Job, lock: int) -> _Running:
        with (job.folder / LOG).open("ab") as log:
            process = subprocess.Popen(
                job.command,
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                pass_fds=(lock,),
            )
            return _Running(number, job, process, time.perf_counter(), log.tell())

    def _end_some(self) -> None:
        for ended in [r for r in self._running if r.process.poll() is not None]:
            self._running.remove(ended)
            reason = self._failed(ended)
            if reason is None:
                self._finish(ended)
            else:
                self._fail(ended.number, ended.job, reason)

    def _failed(self, ended: _Running) -> str | None:
        """Why an ended job failed; None if it did not."""
        if ended.process.returncode != 0:
            return _last_words(ended)
        try:
            self._collect(ended.job)
        except (UsageError, OSError) as error:
            return str(error)
        return None

    def _finish(self, ended: _Running) -> None:
        seconds = time.perf_counter() - ended.begin
        self._durations.append(seconds)
        line = f"finished  {ended.job.name} in {clock(seconds)}"
        left = len(self._waiting) + len(self._running)
        if left:
            expected = seconds_left(self._durations, left, self._at_once)
            line += f"; about {clock(expected)} left"
        self._report(f"{self._place(ended.number)} {line}")

    def _fail(self, number: int, job: Job, reason: str) -> None:
        self._failures.append(Failure(job, reason))
        self._report(f"{self._place(number)} failed    {job.name}: {reason}")

    def _place(self, number: int) -> str:
        return f"[{number:{len(str(self._total))}d}/{self._total}]"

    def _stop_all(self) -> None:
        for running in self._running:
            running.process.terminate()
        for running in self._running:
            running.process.wait()


def _last_words(ended: _Running) -> str:
    """The last line that a failed job wrote, or the signal that ended it."""
    path = ended.job.folder / LOG
    status = ended.process.returncode
    if status < 0:
        return f"ended by {signal.Signals(-status).name} (its log: {path})"
    with path.open("rb") as log:
        log.seek(ended.log_begin)
        lines = log.read().decode(errors="replace").strip().splitlines()
    last = lines[-1].strip() if lines else f"ended with status {status}"
    return f"{last.removeprefix('error: ')} (its log: {path})"


@contextlib.contextmanager
def _signals_interrupt() -> Iterator[None]:
    """Signals that ask a process to end raise KeyboardInterrupt inside the block."""
    asked = (signal.SIGTERM, signal.SIGHUP)
    before = [signal.signal(number, signal.default_int_handler) for number in asked]
    try:
        yield
    finally:
        for number, handler in zip(asked, before):
            signal.signal(number, handler)
