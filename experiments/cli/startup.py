"""A start of TensorFlow that leaves the screen to our progress and results."""

import contextlib
import gc
import logging
import os
import sys
import tempfile
from collections.abc import Iterator


def quiet_tensorflow(find_devices: bool = True) -> None:
    """Imports TensorFlow, with its messages below errors switched off.

    Some lines are written by C++ straight to the process's standard error before any
    setting is read, so that is diverted during the import. To be called before anything
    else imports TensorFlow, and after the flags are parsed: the import takes seconds,
    which a mistyped flag or `--help` should not wait for.

    Args:
      find_devices: Whether to look for devices now, not in the middle of a run. A
        process that only starts others leaves a GPU's memory to them; one that may be
        distributed looks for devices later (`runs.strategy.make_strategy`).
    """
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    # The commands use Keras by TensorFlow, whichever backend the user's scripts have.
    os.environ["KERAS_BACKEND"] = "tensorflow"
    with diverted_stderr(), uncollected():
        import tensorflow as tf

        grow_gpu_memory()
        if find_devices:
            tf.constant(0)
    for name in ("tensorflow", "absl"):
        logging.getLogger(name).setLevel(logging.ERROR)


@contextlib.contextmanager
def uncollected() -> Iterator[None]:
    """Leaves the block's objects out of Python's garbage collection, for good.

    Those that an import makes live to the end. To visit them again and again takes a
    quarter of the time of TensorFlow's import, and of a short run.
    """
    gc.collect()  # What is garbage before would stay as well.
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        if was_enabled:
            gc.enable()


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
    """Makes TensorFlow claim a GPU's memory as needed: runs side by side share it.

    To be called before TensorFlow finds its devices.
    """
    import tensorflow as tf

    for gpu in tf.config.list_physical_devices("GPU"):
        tf.config.experimental.set_memory_growth(gpu, True)


def make_deterministic(one_thread: bool) -> None:
    """Makes TensorFlow use only operations that repeat their figures bit for bit.

    To be called before TensorFlow does anything.

    Args:
      one_thread: Whether operations wait for each other; workers do so in threads.
    """
    import tensorflow as tf

    tf.config.experimental.enable_op_determinism()
    # A sum of several gradients begins with one whose memory it may use. Which one it
    # is may depend on time in a graph that TensorFlow has rewritten: in the first
    # epochs of a process this changed the last digits of `wgan_gp`.
    tf.config.optimizer.set_experimental_options({"disable_meta_optimizer": True})
    if one_thread:
        tf.config.threading.set_inter_op_parallelism_threads(1)
