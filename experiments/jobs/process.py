"""A command that works in a folder, as a process with a log."""

import dataclasses
import pathlib
import signal
import subprocess
from collections.abc import Mapping, Sequence
from typing import Any

LOG = "log.txt"


POLL_SECONDS = 0.1


_MISTAKE = "error: "  # How a command begins the sentence that tells the user of one.


@dataclasses.dataclass(frozen=True)
class Job:
    """A command that works in a folder, which also receives what it prints."""

    name: str
    command: Sequence[str]
    folder: pathlib.Path


class JobProcess:
    """A job as a process of this machine.

    Args:
      job: The job.
      environment: The process's.
      lock: Its folder's, which the process inherits.
      popen: What else `subprocess.Popen` is to be given.
    """

    def __init__(
        self, job: Job, environment: Mapping[str, str], lock: int, **popen: Any
    ):
        self._log = job.folder / LOG
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                job.command,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                pass_fds=(lock,),
                **popen,
            )
            self._log_begin = log.tell()

    def ended(self) -> bool:
        """Whether it is over."""
        return self._process.poll() is not None

    def failure(self) -> str | None:
        """The last line that it wrote, or what ended it; None if it did well."""
        status = self._process.returncode
        if status == 0:
            return None
        if status < 0:
            reason = f"ended by {signal.Signals(-status).name}"
        else:
            reason = self._last_line() or f"ended with status {status}"
        return f"{reason.removeprefix(_MISTAKE)} (its log: {self._log})"

    def crashed(self) -> bool:
        """Whether it failed and has not said what the user should do."""
        status = self._process.returncode
        return status < 0 or (status > 0 and not self._last_line().startswith(_MISTAKE))

    def stop(self) -> None:
        """Asks it to end."""
        self._process.terminate()

    def wait(self) -> None:
        """Waits for its end."""
        self._process.wait()

    def _last_line(self) -> str:
        """The last one of its own part of the log."""
        with self._log.open("rb") as log:
            log.seek(self._log_begin)
            lines = log.read().decode(errors="replace").strip().splitlines()
        return lines[-1].strip() if lines else ""
