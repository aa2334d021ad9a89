"""Commands run in parallel, some at a time, each with a log."""

import dataclasses
import signal
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from typing import NamedTuple, Protocol

from experiments.cli.durations import clock
from experiments.cli.interruption import ENDING, signals_interrupt
from experiments.jobs.cores import shared_environment
from experiments.jobs.process import POLL_SECONDS, Job, JobProcess
from ldrsp_tf.errors import UsageError
from ldrsp_tf.training.folder_lock import claim_folder


@dataclasses.dataclass(frozen=True)
class Failure:
    """A job that failed.

    Attributes:
      job: The job.
      reason: The reason, one sentence.
    """

    job: Job
    reason: str


def failure_text(failures: Sequence[Failure]) -> str:
    """Returns the message with which a command ends when jobs have failed."""
    reasons = [f"  {failure.job.name}: {failure.reason}" for failure in failures]
    return "\n".join(["error: These runs failed:", *reasons])


def show_progress(line: str) -> None:
    """Shows a line of progress on standard error, apart from the tables."""
    print(line, file=sys.stderr, flush=True)


class Work(Protocol):
    """A job that has started."""

    def ended(self) -> bool:
        """Returns whether the job has ended."""

    def failure(self) -> str | None:
        """Returns the reason of a failure, once the job has ended; None if none."""

    def stop(self) -> None:
        """Asks the job to end."""

    def wait(self) -> None:
        """Waits for the end of a job that was asked to end."""


class Workers(Protocol):
    """The processes of this machine, or of a cluster, that jobs run in."""

    def start(self, job: Job) -> Work | None:
        """Starts a job; returns None if another process works in its folder."""


def run_jobs(
    jobs: Sequence[Job],
    at_once: int,
    collect: Callable[[Job], None],
    report: Callable[[str], None],
    workers: Workers | None = None,
) -> list[Failure]:
    """Runs every job; the failure of one does not affect the others.

    A job in whose folder another process is at work waits for the end of that process.
    An interruption, by Ctrl-C or by a signal to end, also ends the running jobs.

    Args:
      jobs: The jobs in the order in which they start.
      at_once: The largest number of jobs that run at a time.
      collect: The function that files the outcome of a successful job; a UsageError or
        an OSError that it raises makes the job a failed one.
      report: The function that shows a line of progress.
      workers: The workers that run the jobs; processes of this machine if None.

    Returns:
      The failures, in the order in which they happened.
    """
    return _Runner(jobs, at_once, collect, report, workers or Processes(at_once)).run()


def seconds_left(durations: Sequence[float], left: int, at_once: int) -> float:
    """Returns the seconds that the remaining jobs will take, by the mean duration.

    Args:
      durations: The seconds of each finished job.
      left: The number of jobs that have not finished.
      at_once: The number of jobs that run at a time.
    """
    return statistics.mean(durations) * left / max(1, min(at_once, left))


class Processes:
    """Processes of this machine, which share its cores.

    Args:
      at_once: The number of processes that run at a time.
    """

    def __init__(self, at_once: int) -> None:
        self._environment = shared_environment(at_once)

    def start(self, job: Job) -> JobProcess | None:
        """Starts a job; returns None if another process works in its folder."""
        lock = claim_folder(job.folder)
        if lock is None:
            return None
        # The child alone keeps the lock: however it ends, its folder is free again.
        with lock:
            return JobProcess(job, self._environment, lock.fileno())


class _Running(NamedTuple):
    """A job that has started.

    Attributes:
      number: The position among all jobs, from 1.
      job: The job.
      work: The running process.
      begin: The time of its start, in seconds.
    """

    number: int
    job: Job
    work: Work
    begin: float


class _Runner:
    """The state of `run_jobs`; its arguments are the same."""

    def __init__(
        self,
        jobs: Sequence[Job],
        at_once: int,
        collect: Callable[[Job], None],
        report: Callable[[str], None],
        workers: Workers,
    ) -> None:
        self._waiting = list(enumerate(jobs, start=1))
        # Jobs of other processes: they are tried again, last of all.
        self._claimed: list[tuple[int, Job]] = []
        self._total = len(jobs)
        self._at_once = at_once
        self._collect = collect
        self._report = report
        self._workers = workers
        self._running: list[_Running] = []
        self._durations: list[float] = []
        self._failures: list[Failure] = []

    def run(self) -> list[Failure]:
        with signals_interrupt((*ENDING, signal.SIGHUP)):
            try:
                while self._waiting or self._claimed or self._running:
                    self._start_some()
                    self._start_claimed()
                    self._end_some()
                    if self._running or not self._waiting:
                        time.sleep(POLL_SECONDS)
            finally:
                self._stop_all()
        return self._failures

    def _start_some(self) -> None:
        while self._waiting and len(self._running) < self._at_once:
            number, job = self._waiting.pop(0)
            if not self._start(number, job):
                self._claimed.append((number, job))
                self._report(
                    f"{self._place(number)} waits     {job.name}: another process is "
                    f"at work in {job.folder}"
                )

    def _start_claimed(self) -> None:
        """Starts jobs whose folders have become free.

        A job that the other process has finished ends at once, with its outcome.
        """
        for number, job in list(self._claimed):
            if self._waiting or len(self._running) >= self._at_once:
                return
            if self._start(number, job):
                self._claimed.remove((number, job))

    def _start(self, number: int, job: Job) -> bool:
        """Starts a job; returns whether its folder was free."""
        work = self._workers.start(job)
        if work is None:
            return False
        self._running.append(_Running(number, job, work, time.perf_counter()))
        self._report(f"{self._place(number)} started   {job.name}")
        return True

    def _end_some(self) -> None:
        for ended in [r for r in self._running if r.work.ended()]:
            self._running.remove(ended)
            reason = self._failed(ended)
            if reason is None:
                self._finish(ended)
            else:
                self._fail(ended, reason)

    def _failed(self, ended: _Running) -> str | None:
        """Returns why an ended job failed; None if it did not."""
        reason = ended.work.failure()
        if reason is not None:
            return reason
        try:
            self._collect(ended.job)
        except (UsageError, OSError) as error:
            return str(error)
        return None

    def _finish(self, ended: _Running) -> None:
        seconds = time.perf_counter() - ended.begin
        self._durations.append(seconds)
        line = f"finished  {ended.job.name} in {clock(seconds)}"
        left = len(self._waiting) + len(self._claimed) + len(self._running)
        if left:
            expected = seconds_left(self._durations, left, self._at_once)
            line += f"; about {clock(expected)} left"
        self._report(f"{self._place(ended.number)} {line}")

    def _fail(self, ended: _Running, reason: str) -> None:
        self._failures.append(Failure(ended.job, reason))
        self._report(
            f"{self._place(ended.number)} failed    {ended.job.name}: {reason}"
        )

    def _place(self, number: int) -> str:
        return f"[{number:{len(str(self._total))}d}/{self._total}]"

    def _stop_all(self) -> None:
        for running in self._running:
            running.work.stop()
        for running in self._running:
            running.work.wait()
