"""A screen for our progress and results, not for TensorFlow's start-up noise."""

import contextlib
import logging
import os
import sys
import tempfile
from collections.abc import Iterator


def quiet_tensorflow(find_devices: bool = True) -> None:
    """Imports TensorFlow with its messages below errors switched off.

    Some lines are written by C++ straight to the process's standard error before any
    setting is read, so that is diverted for the time of the import. To be called before
    anything else imports TensorFlow.

    Args:
      find_devices: Looks for devices now, not in the middle of a run. A process that
        only starts others leaves a GPU's memory to them; one that may be distributed
        looks for them later (`distribution.make_strategy`).
    """
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    with diverted_stderr():
        import tensorflow as tf

        grow_gpu_memory()
        if find_devices:
            tf.constant(0)
    logging.getLogger("tensorflow").setLevel(logging.ERROR)


@contextlib.contextmanager
def diverted_stderr() -> Iterator[None]:
    """Sends file descriptor 2 to a file; shows the file if the block fails."""
    sys.stderr.flush()
    kept = os.dup(2)
    with tempfile.TemporaryFile() as diverted:
        os.dup2(diverted.fileno(), 2)
        try:
            yield
        except BaseException:
            diverted.seek(0)
            os.write(kept, diverted.read())
            raise
        finally:
            os.dup2(kept, 2)
            os.close(kept)


def grow_gpu_memory() -> None:
    """As much as it needs, bit by bit: runs side by side share a GPU.

    To be called before TensorFlow finds its devices.
    """
    import tensorflow as tf

    for gpu in tf.config.list_physical_devices("GPU"):
        tf.config.experimental.set_memory_growth(gpu, True)
