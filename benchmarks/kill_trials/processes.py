"""Processes that are watched and killed.

Most of the time of a short command is the import of TensorFlow. A server does it once,
and killed commands are forks of it. The undisturbed ones are fresh interpreters, as a
user starts them, so that nothing can hide in what forks share.
"""

import contextlib
import multiprocessing
import os
import pathlib
import runpy
import signal
import subprocess
import sys
import time
import traceback
from collections.abc import Callable, Sequence
from multiprocessing.connection import Connection

_POLL_SECONDS = 0.001
_PATIENCE = 600.0  # The longest wait for a process, in seconds.

_FORK_SERVER = multiprocessing.get_context("forkserver")
_FORK_SERVER.set_forkserver_preload(["benchmarks.kill_trials.preloaded"])


class Watched:
    """A command `python -m MODULE ...` whose output goes to a file beside its work.

    Args:
      command: The name of the module, and its arguments.
      log: The file of its output, which is written anew.
      fresh: Whether to start an interpreter, and not a fork.
    """

    def __init__(
        self, command: Sequence[str], log: pathlib.Path, *, fresh: bool = False
    ):
        self.log = log
        self._hangs = False
        log.parent.mkdir(parents=True, exist_ok=True)
        log.write_bytes(b"")
        self._poll, self._pid = (_start if fresh else _fork)(command, log)

    @property
    def has_output(self) -> bool:
        """Whether the process has printed anything."""
        return self.log.stat().st_size > 0

    @property
    def status(self) -> int | None:
        """The exit status, minus the number of a signal; None while it runs."""
        return self._poll()

    def wait_until(self, condition: Callable[[], bool]) -> bool:
        """Waits for a condition, or for the end of the process.

        Args:
          condition: The condition, which is asked again every millisecond.

        Returns:
          Whether the process still runs; one that hangs is killed after ten minutes.
        """
        end = time.monotonic() + _PATIENCE
        while self.status is None and not condition():
            if time.monotonic() > end:
                self._hangs = True
                self._send(signal.SIGKILL)
            time.sleep(_POLL_SECONDS)
        return self.status is None

    def wait(self) -> int:
        """Waits for the end of the process and returns its status."""
        while (status := self.status) is None:
            self.wait_until(lambda: False)
        return status

    def end_by(self, number: signal.Signals) -> int:
        """Sends a signal, waits for the end and returns the status.

        Args:
          number: The signal.
        """
        self._send(number)
        return self.wait()

    def _send(self, number: signal.Signals) -> None:
        if self.status is None:
            # The server may have reaped it since.
            with contextlib.suppress(ProcessLookupError):
                os.kill(self._pid, number)

    def complaint(self, sent: signal.Signals) -> str | None:
        """Describes an end that does not follow from a signal; None if it does.

        Args:
          sent: The signal that was sent.
        """
        if self._hangs:
            return f"it hung after {sent.name}"
        text = self.log.read_text(errors="replace")
        if self.status not in (0, -sent, 128 + sent):
            return f"{sent.name} ended it with status {self.status}: {text[-500:]}"
        return None


_Poll = Callable[[], int | None]


def _start(command: Sequence[str], log: pathlib.Path) -> tuple[_Poll, int]:
    """Starts an interpreter; returns how to ask for its status, and its id."""
    with open(log, "wb") as file:
        process = subprocess.Popen(
            [sys.executable, "-m", *command],
            stdin=subprocess.DEVNULL,
            stdout=file,
            stderr=subprocess.STDOUT,
            env={**os.environ, "PYTHONUNBUFFERED": "1"},
        )
    return process.poll, process.pid


def _fork(command: Sequence[str], log: pathlib.Path) -> tuple[_Poll, int]:
    begun, begins = _FORK_SERVER.Pipe(duplex=False)
    process = _FORK_SERVER.Process(
        target=_become, args=(command, log, begins), daemon=True
    )
    process.start()
    assert process.pid is not None
    # A signal that comes earlier meets the server's handlers, not the command's.
    with contextlib.suppress(EOFError):
        begins.close()
        begun.recv()
    return lambda: process.exitcode, process.pid


def _become(command: Sequence[str], log: pathlib.Path, begins: Connection) -> None:
    """Makes this process the command, and announces it."""
    descriptor = os.open(log, os.O_WRONLY)
    for stream in (sys.stdout, sys.stderr):
        os.dup2(descriptor, stream.fileno())
    sys.stdout.reconfigure(line_buffering=True)  # type: ignore[union-attr]
    # A server ignores Ctrl-C, and so does what a shell runs in the background.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    sys.argv = list(command)
    try:
        begins.send(None)
        runpy.run_module(command[0], run_name="__main__", alter_sys=True)
    except KeyboardInterrupt:
        # As an interpreter ends that nobody has told what to do.
        traceback.print_exc()
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        os.kill(os.getpid(), signal.SIGINT)
