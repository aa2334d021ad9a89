"""Errors of a command, each shown as one sentence."""

import contextlib
import sys
import tempfile
import warnings
from collections.abc import Iterator
from typing import NoReturn

from datasets.errors import DataError, disk_error
from experiments.cli.interruption import exit_status, signals_interrupt
from ldrsp_tf.errors import TrainingError, UsageError

_SOME_CODE = 1 << 16  # Bytes, more than the code of a function.


@contextlib.contextmanager
def one_sentence_errors(kept: str) -> Iterator[None]:
    """Ends the process with a sentence and no traceback where the user can help.

    Warnings are sentences as well. Ctrl-C and SIGTERM have the statuses 130 and 143.

    Args:
      kept: The state that an interrupted command resumes from, such as "the last
        checkpoint".
    """
    warnings.formatwarning = lambda message, *_, **__: f"warning: {message}\n"
    try:
        with signals_interrupt():
            yield
    except (UsageError, DataError, TrainingError) as error:
        sys.exit(f"error: {error}")
    except KeyboardInterrupt as interrupt:
        end_interrupted(interrupt, f"the same command goes on from {kept}")
    except Exception as error:
        reason = disk_error(error) or _full_temporary_folder()
        if reason is None:
            raise
        sys.exit(
            f"error: {reason} (is the disk full?). Saved files are kept; the same "
            f"command goes on from {kept}."
        )


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
