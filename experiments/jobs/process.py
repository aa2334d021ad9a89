"""A command that works in a folder, run as a process with a log."""

import dataclasses
import pathlib
import signal
import subprocess
from collections.abc import Mapping, Sequence
from typing import Any

from ldrsp_tf.training.files import open_no_link

LOG = "log.txt"


POLL_SECONDS = 0.1


_MISTAKE = "error: "  # The beginning of a command's sentence about a user's mistake.


@dataclasses.dataclass(frozen=True)
class Job:
    """A command that works in a folder, to which its output is logged as well.

    Attributes:
      name: The name in progress lines and errors.
      command: The command line.
      folder: The folder of its files and its log.
    """

    name: str
    command: Sequence[str]
    folder: pathlib.Path


class JobProcess:
    """A job as a process of this machine.

    Args:
      job: The job.
      environment: The environment variables of the process.
      lock: The file descriptor of the folder's lock, which the process inherits.
      **popen: Further arguments of `subprocess.Popen`.
    """

    def __init__(
        self, job: Job, environment: Mapping[str, str], lock: int, **popen: Any
    ) -> None:
        self._log = job.folder / LOG
        with open(self._log, "ab", opener=open_no_link) as log:
            # Before the process starts: it shares the position, and writes at once.
            self._log_begin = log.tell()
            self._process = subprocess.Popen(
                job.command,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                pass_fds=(lock,),
                **popen,
            )

    def ended(self) -> bool:
        """Returns whether the process has ended."""
        return self._process.poll() is not None

    def failure(self) -> str | None:
        """Returns the reason of a failure, once the process has ended; None if none.

        It is the last line of the log, or the signal that ended the process.
        """
        status = self._process.returncode
        if status == 0:
            return None
        if status < 0:
            reason = f"ended by {signal.Signals(-status).name}"
        else:
            reason = self._last_line() or f"ended with status {status}"
        return f"{reason.removeprefix(_MISTAKE)} (its log: {self._log})"

    def crashed(self) -> bool:
        """Returns whether it failed without a sentence about a user's mistake."""
        status = self._process.returncode
        return status < 0 or (status > 0 and not self._last_line().startswith(_MISTAKE))

    def stop(self) -> None:
        """Asks the process to end."""
        self._process.terminate()

    def wait(self) -> None:
        """Waits for the end of the process."""
        self._process.wait()

    def _last_line(self) -> str:
        """Returns the last line of this process's part of the log."""
        with self._log.open("rb") as log:
            log.seek(self._log_begin)
            lines = log.read().decode(errors="replace").strip().splitlines()
        return lines[-1].strip() if lines else ""
