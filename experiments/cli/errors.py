"""Errors of a command, each shown as one sentence."""

import contextlib
import sys
import warnings
from collections.abc import Iterator

from datasets.errors import DataError
from ldrsp_tf.errors import TrainingError, UsageError


@contextlib.contextmanager
def one_sentence_errors(kept: str) -> Iterator[None]:
    """Ends the process with a sentence and no traceback where the user can help.

    Warnings are sentences as well.

    Args:
      kept: The state that an interrupted command resumes from, such as "the last
        checkpoint".
    """
    warnings.formatwarning = lambda message, *_, **__: f"warning: {message}\n"
    try:
        yield
    except (UsageError, DataError, TrainingError) as error:
        sys.exit(f"error: {error}")
    except OSError as error:
        sys.exit(
            f"error: {error} (is the disk full?). Saved files are kept; the same "
            f"command goes on from {kept}."
        )
    except KeyboardInterrupt:
        sys.exit(f"\nStopped; the same command goes on from {kept}.")
