"""`--distribute`: a run on several devices of this machine, or on several machines."""

import contextlib
import pathlib
import tempfile
from collections.abc import Iterator

import tensorflow as tf

from experiments.cli.startup import diverted_stderr
from ldrsp_tf.distribution.workers import has_workers, is_chief
from ldrsp_tf.errors import TrainingError, UsageError

_EXAMPLE = (
    '{"cluster": {"worker": ["HOST:PORT", "HOST:PORT"]}, '
    '"task": {"type": "worker", "index": 0}}'
)


# The errors of a collective operation when a worker is gone.
_LOST_WORKER = (
    tf.errors.AbortedError,
    tf.errors.CancelledError,
    tf.errors.DeadlineExceededError,
    tf.errors.UnavailableError,
)


def make_strategy(distribute: str) -> tf.distribute.Strategy | None:
    """Makes the strategy, which must happen before TensorFlow uses a device.

    Args:
      distribute: The value of `--distribute`: none, mirrored or multi_worker.

    Returns:
      The strategy; None for `none`. That of several workers is returned when all of
      them have joined.

    Raises:
      UsageError: `TF_CONFIG` does not describe the workers, or this one cannot listen
        at its address.
    """
    if distribute == "multi_worker":
        _require_cluster()
    with diverted_stderr():
        if distribute == "mirrored":
            return tf.distribute.MirroredStrategy()
        if distribute == "multi_worker":
            return _join_workers()
        tf.constant(0)
    return None


def _require_cluster() -> None:
    try:
        resolver = tf.distribute.cluster_resolver.TFConfigClusterResolver()
        tasks = resolver.cluster_spec().as_dict()
        described = not tasks or resolver.task_id < len(tasks[resolver.task_type])
    except (AttributeError, KeyError, TypeError, ValueError):
        described = False
    if not described:
        raise UsageError(
            f"TF_CONFIG does not describe a cluster and this worker's place in it, as "
            f"{_EXAMPLE} does."
        )
    if not tasks:
        raise UsageError(
            "--distribute=multi_worker needs the environment variable TF_CONFIG, which "
            f"names all workers and this worker's place among them: {_EXAMPLE}."
        )


def _join_workers() -> tf.distribute.Strategy:
    try:
        return tf.distribute.MultiWorkerMirroredStrategy()
    except tf.errors.OpError as error:
        raise UsageError(
            "This worker cannot be started at its address in TF_CONFIG, which may be "
            f"taken ({error.message})."
        ) from error


@contextlib.contextmanager
def own_folder(
    strategy: tf.distribute.Strategy | None, folder: pathlib.Path
) -> Iterator[pathlib.Path]:
    """Yields the run's folder on the chief, and a temporary one on other workers.

    Args:
      strategy: The strategy of the run; None without one.
      folder: The run's folder.
    """
    if is_chief(strategy):
        yield folder
        return
    with tempfile.TemporaryDirectory() as temporary:
        yield pathlib.Path(temporary)


@contextlib.contextmanager
def lost_worker_errors(strategy: tf.distribute.Strategy | None) -> Iterator[None]:
    """Turns TensorFlow's errors about a lost worker into one sentence.

    TensorFlow notices a lost worker by a closed connection, or by missing heartbeats
    within some ten seconds.

    Args:
      strategy: The strategy of the run; None without one.

    Raises:
      TrainingError: Another worker has ended.
    """
    try:
        yield
    except _LOST_WORKER as error:
        if not has_workers(strategy):
            raise
        raise TrainingError(
            "Another worker has ended; see its output for the reason. The same "
            "commands, one for each worker, resume from the last checkpoint."
        ) from error
