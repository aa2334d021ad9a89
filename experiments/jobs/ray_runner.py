"""Jobs as remote tasks of Ray, which restarts those that were lost with a worker."""

import ctypes
import os
import pathlib
import signal
import sys
import time
from collections.abc import Callable
from typing import Any

import ray
from ray.exceptions import RayError, RayTaskError

from experiments.jobs.process import POLL_SECONDS, Job, JobProcess
from experiments.jobs.ray_cluster import RETRIES, RayCluster
from ldrsp_tf.errors import first_line
from ldrsp_tf.training.folder_lock import claim_folder

_STOP_SECONDS = 30  # The longest wait for a node that does not answer.


_PR_SET_PDEATHSIG = 1


class JobCrashedError(Exception):
    """The error of a job that ended without a user's mistake; it is worth a retry."""


class RayWorkers:
    """The workers of a cluster, which must have access to the folders of this machine.

    Args:
      cluster: A cluster that was joined.
    """

    def __init__(self, cluster: RayCluster) -> None:
        options: dict[str, Any] = {
            **cluster.options,
            "max_retries": RETRIES,
            "retry_exceptions": [JobCrashedError],
        }
        self._task = ray.remote(**options)(_do)

    def start(self, job: Job) -> "_RayJob | None":
        """Starts a job; returns None if another process works in its folder."""
        lock = claim_folder(job.folder)
        if lock is None:
            return None
        # The task claims it again where it runs.
        lock.close()
        return _RayJob(self._task.remote(job, pathlib.Path.cwd()))


class _RayJob:
    """A job that was submitted to Ray."""

    def __init__(self, task: ray.ObjectRef) -> None:
        self._task = task

    def ended(self) -> bool:
        return bool(ray.wait([self._task], timeout=0)[0])

    def failure(self) -> str | None:
        try:
            return ray.get(self._task)
        except RayTaskError as error:
            return first_line(error.cause)
        except RayError as error:
            return first_line(error)

    def stop(self) -> None:
        ray.cancel(self._task)

    def wait(self) -> None:
        ray.wait([self._task], timeout=_STOP_SECONDS)


def _do(job: Job, folder: pathlib.Path) -> str | None:
    """Runs a job as a process of this worker.

    Args:
      job: The job.
      folder: The working directory.

    Returns:
      The reason of a failure that the user has to mend; None without a failure.

    Raises:
      JobCrashedError: The process crashed.
    """
    os.chdir(folder)
    # The process of an attempt that was lost may still be running.
    while (lock := claim_folder(job.folder)) is None:
        time.sleep(POLL_SECONDS)
    with lock:
        process = JobProcess(
            job, os.environ, lock.fileno(), preexec_fn=_end_with_worker()
        )
    try:
        # Ray cancels by an exception between two lines of Python.
        while not process.ended():
            time.sleep(POLL_SECONDS)
    finally:
        process.stop()
        process.wait()
    if process.crashed():
        raise JobCrashedError(process.failure())
    return process.failure()


def _end_with_worker() -> Callable[[], object] | None:
    """Returns a function that ties a process to the life of its worker, if it can."""
    if sys.platform != "linux":
        return None
    prctl = ctypes.CDLL(None).prctl
    return lambda: prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
