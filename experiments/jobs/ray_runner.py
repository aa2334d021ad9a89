"""Jobs as remote tasks of Ray, which takes up again what a worker's death ended."""

import ctypes
import os
import pathlib
import signal
import sys
import time

import ray
from ray.exceptions import RayError, RayTaskError

from experiments.jobs.process import POLL_SECONDS, Job, JobProcess
from experiments.jobs.ray_cluster import RETRIES, RayCluster
from ldrsp_tf.training.folder_lock import claim_folder

_STOP_SECONDS = 30  # A node that does not answer is not waited for any longer.


_PR_SET_PDEATHSIG = 1


class JobCrashedError(Exception):
    """A job ended without a sentence for the user; it may end well the next time."""


class RayWorkers:
    """The workers of a cluster, which see the folders of this machine."""

    def __init__(self, cluster: RayCluster):
        self._task = ray.remote(
            max_retries=RETRIES, retry_exceptions=[JobCrashedError], **cluster.options
        )(_do)

    def start(self, job: Job) -> "_RayJob | None":
        """Starts a job; None if another process is at work in its folder."""
        lock = claim_folder(job.folder)
        if lock is None:
            return None
        # The task claims it again where it runs.
        lock.close()
        return _RayJob(self._task.remote(job, pathlib.Path.cwd()))


class _RayJob:
    """A job that was given to Ray."""

    def __init__(self, task: ray.ObjectRef):
        self._task = task

    def ended(self) -> bool:
        return bool(ray.wait([self._task], timeout=0)[0])

    def failure(self) -> str | None:
        try:
            return ray.get(self._task)
        except RayTaskError as error:
            return _first_line(error.cause)
        except RayError as error:
            return _first_line(error)

    def stop(self) -> None:
        ray.cancel(self._task)

    def wait(self) -> None:
        ray.wait([self._task], timeout=_STOP_SECONDS)


def _do(job: Job, folder: pathlib.Path) -> str | None:
    """Does a job as a process that works in a folder; why it failed, if it did."""
    os.chdir(folder)
    # That of an attempt that was lost may not be over yet.
    while (lock := claim_folder(job.folder)) is None:
        time.sleep(POLL_SECONDS)
    with lock:
        process = JobProcess(
            job, os.environ, lock.fileno(), preexec_fn=_end_with_worker()
        )
    try:
        # Ray's cancelling is an exception between two lines of Python.
        while not process.ended():
            time.sleep(POLL_SECONDS)
    finally:
        process.stop()
        process.wait()
    if process.crashed():
        raise JobCrashedError(process.failure())
    return process.failure()


def _end_with_worker():
    """What makes a process end with the worker, even one that is killed."""
    if sys.platform != "linux":
        return None
    prctl = ctypes.CDLL(None).prctl
    return lambda: prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0]
