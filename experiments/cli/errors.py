"""Errors of a command, each shown as one sentence."""

import contextlib
import sys
import warnings
from collections.abc import Iterator
from typing import NoReturn

from datasets.errors import DataError
from experiments.cli.interruption import exit_status, signals_interrupt
from ldrsp_tf.errors import TrainingError, UsageError


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
    except OSError as error:
        sys.exit(
            f"error: {error} (is the disk full?). Saved files are kept; the same "
            f"command goes on from {kept}."
        )
    except KeyboardInterrupt as interrupt:
        end_interrupted(interrupt, f"the same command goes on from {kept}")


def end_interrupted(interrupt: KeyboardInterrupt, rest: str) -> NoReturn:
    """Ends a process that a signal has interrupted, by one sentence.

    Args:
      interrupt: The exception.
      rest: The end of the sentence.
    """
    print(f"\nStopped; {rest}.", file=sys.stderr)
    sys.exit(exit_status(interrupt))
