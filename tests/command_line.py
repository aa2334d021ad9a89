"""Commands of this project, as tests start them."""

import dataclasses
import multiprocessing
import os
import pathlib
import runpy
import signal
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).parents[1]

# Most of the time of a short command is the import of TensorFlow and TFDS. One process
# does it, and commands are forks of that process: each has its own flags, settings of
# TensorFlow and signals. The import initializes no device and starts no threads but
# those of OpenBLAS, which starts them anew in a fork.
_FORK_SERVER = multiprocessing.get_context("forkserver")
_PRELOAD = ["tests.fork_server_imports"]

# The level that commands choose by themselves, whatever the shell of the tests has.
_QUIET = {"TF_CPP_MIN_LOG_LEVEL": "3"}


class ForkedCommand:
    """A command in a fork of a process that has imported TensorFlow.

    Has the methods of `subprocess.Popen` that the tests use. All forks share the seed
    of Python's string hashes: a test that two processes agree needs `fresh` ones.

    Args:
      module: The name of the module that is run as by `python -m`.
      flags: The arguments of the command.
      environment: All environment variables of the process.
    """

    def __init__(
        self, module: str, flags: tuple[str, ...], environment: dict[str, str]
    ):
        self.args = [module, *flags]
        self._folder = tempfile.TemporaryDirectory(prefix="command")
        paths = [pathlib.Path(self._folder.name, n) for n in ("stdout", "stderr")]
        for path in paths:
            path.touch()
        self.stdout, self.stderr = (path.open() for path in paths)
        # Here, since all servers of a process are one: that of `benchmarks.kill_trials`
        # sets other imports as it is imported.
        _FORK_SERVER.set_forkserver_preload(_PRELOAD)
        self._process = _FORK_SERVER.Process(
            target=_execute, args=(module, flags, environment, paths), daemon=True
        )
        self._process.start()
        self.pid = self._process.pid

    @property
    def returncode(self) -> int | None:
        """The exit status, or minus the number of the signal that ended the process."""
        return self._process.exitcode

    def poll(self) -> int | None:
        """Returns the exit status, None while the process runs."""
        return self._process.exitcode

    def communicate(self, timeout: float | None = None) -> tuple[str, str]:
        """Waits for the end and returns the text of stdout and stderr."""
        self._process.join(timeout)
        if self.returncode is None:
            raise subprocess.TimeoutExpired(self.args, timeout)
        return self.stdout.read(), self.stderr.read()

    def send_signal(self, number: int) -> None:
        """Sends a signal unless the process has ended."""
        if self.returncode is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        """Ends the process at once."""
        self.send_signal(signal.SIGKILL)


def _execute(
    module: str,
    flags: tuple[str, ...],
    environment: dict[str, str],
    outputs: list[pathlib.Path],
) -> None:
    """Makes this process the command, and runs it."""
    os.environ.clear()
    os.environ.update(environment)
    _reread_data_dir()
    os.chdir(ROOT)
    for descriptor, path in enumerate(outputs, start=1):
        file = os.open(path, os.O_WRONLY)
        os.dup2(file, descriptor)
        os.close(file)
    _interrupt_by_sigint()
    sys.argv = [module, *flags]
    runpy.run_module(module, run_name="__main__", alter_sys=True)


def _reread_data_dir() -> None:
    # The import, which was that of the fork server, has read it from its environment.
    from tensorflow_datasets.core import constants

    constants.DATA_DIR = constants.get_default_data_dir()


def _interrupt_by_sigint() -> None:
    # A shell ignores it for tests that run in its background.
    signal.signal(signal.SIGINT, signal.default_int_handler)


@dataclasses.dataclass
class CommandLine:
    """`python -m experiments...` with one cache of prepared data for all tests.

    Args:
      environment: The environment variables of the commands.
    """

    environment: dict[str, str]

    def start(
        self,
        *flags: str,
        module: str = "experiments.run",
        more_environment: dict[str, str] | None = None,
        fresh: bool = False,
    ) -> "ForkedCommand | subprocess.Popen[str]":
        """Starts a command.

        Args:
          *flags: The arguments of the command.
          module: The name of the command's module.
          more_environment: Environment variables beside those of all commands.
          fresh: Whether to start an interpreter, as a user does, and not a fork.
        """
        environment = {**self.environment, **_QUIET, **(more_environment or {})}
        if not fresh:
            return ForkedCommand(module, flags, environment)
        return subprocess.Popen(
            [sys.executable, "-m", module, *flags],
            cwd=ROOT,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
        )

    def run(self, *flags: str, **options) -> subprocess.CompletedProcess:
        """Runs a command to its end; the arguments are those of `start`."""
        process = self.start(*flags, **options)
        stdout, stderr = process.communicate()
        return subprocess.CompletedProcess(
            process.args, process.returncode, stdout, stderr
        )

    @staticmethod
    def assert_one_sentence(process: subprocess.CompletedProcess, *words: str) -> None:
        """Asserts that a command refused by one sentence with these words."""
        assert process.returncode != 0
        assert "Traceback" not in process.stderr + process.stdout
        assert process.stderr.startswith("error: ")
        assert len(process.stderr.strip().splitlines()) == 1
        for word in words:
            assert word in process.stderr
