"""Errors of a command, each shown as one sentence."""

import contextlib
import io
import os
import select
import signal
import sys
import tempfile
import warnings
from collections.abc import Iterator
from typing import NoReturn

from datasets.errors import DataError, disk_error
from experiments.cli.interruption import exit_status, signals_interrupt
from ldrsp_tf.errors import TrainingError, UsageError

# The status by which shells tell that a process ended at a pipe without a reader.
_NO_READER = 128 + signal.SIGPIPE

_SOME_CODE = 1 << 16  # Bytes, more than the code of a function.


@contextlib.contextmanager
def one_sentence_errors(kept: str) -> Iterator[None]:
    """Ends the process with a sentence and no traceback where the user can help.

    Warnings are sentences as well. Ctrl-C and SIGTERM have the statuses 130 and 143. If
    nothing reads the output any more, as after `| head`, the end has no sentence.

    Args:
      kept: The state that an interrupted command resumes from, such as "the last
        checkpoint".
    """
    warnings.formatwarning = lambda message, *_, **__: f"warning: {message}\n"
    try:
        with signals_interrupt():
            yield
            sys.stdout.flush()  # At its end the interpreter would print an error.
    except (UsageError, DataError, TrainingError) as error:
        sys.exit(f"error: {error}")
    except KeyboardInterrupt as interrupt:
        end_interrupted(interrupt, f"the same command goes on from {kept}")
    except Exception as error:
        if isinstance(error, BrokenPipeError) and _reader_has_left():
            discard_output()
            sys.exit(_NO_READER)
        reason = disk_error(error) or _full_temporary_folder()
        if reason is None:
            raise
        sys.exit(
            f"error: {reason} (is the disk full?). Saved files are kept; the same "
            f"command goes on from {kept}."
        )


def _reader_has_left() -> bool:
    """Returns whether the standard output is a pipe that nothing reads any more."""
    try:
        output = sys.stdout.fileno()
    except io.UnsupportedOperation:
        return False
    poll = select.poll()
    poll.register(output, select.POLLERR)
    return any(event & select.POLLERR for _, event in poll.poll(0))


def discard_output() -> None:
    """Lets the interpreter flush the rest of its output to nowhere."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    os.close(nowhere)


def _full_temporary_folder() -> str | None:
    """Returns why temporary files cannot be written; None if they can.

    TensorFlow's AutoGraph writes code to them. What follows where it cannot are errors
    of any kind, none of which tells the reason.
    """
    try:
        with tempfile.TemporaryFile() as file:
            file.write(bytes(_SOME_CODE))
    except OSError as error:
        return f"No temporary file can be written to {tempfile.gettempdir()}: {error}"
    return None


def end_interrupted(interrupt: KeyboardInterrupt, rest: str) -> NoReturn:
    """Ends a process that a signal has interrupted, by one sentence.

    Args:
      interrupt: The exception.
      rest: The end of the sentence.
    """
    print(f"\nStopped; {rest}.", file=sys.stderr)
    sys.exit(exit_status(interrupt))
