"""A Ray cluster, and each run's share of it."""

import logging
import os
import pathlib
import re
import socket
import warnings
from typing import Any

import ray

from experiments.jobs.cores import cluster_share, cores, sent_environment
from ldrsp_tf.errors import UsageError

# The number of times that Ray restarts a task that was lost with its worker.
RETRIES = 3


_ANSWER_SECONDS = 10


_CHECKOUT = pathlib.Path(__file__).parents[2]


class RayCluster:
    """A cluster that runs share; a context manager that leaves it at the end.

    Args:
      address: The address of the cluster to join; `local` starts one on this machine,
        which ends with this process.
      at_once: The number of runs that share the cluster at a time.

    Attributes:
      at_once: The number of runs at a time.
      threads: The number of threads of each run, once joined.
      options: The options of Ray's tasks and actors, once joined: the share of each run
        and its environment.
    """

    def __init__(self, address: str, at_once: int) -> None:
        self._address = address
        self.at_once = at_once
        self.threads = 0
        self.options: dict[str, Any] = {}

    def __enter__(self) -> "RayCluster":
        _connect(self._address)
        nodes = [node["Resources"] for node in ray.nodes() if node["Alive"]]
        share = cluster_share(nodes, self.at_once)
        self.threads = share.cores
        paths = [str(_CHECKOUT), os.environ.get("PYTHONPATH", "")]
        variables = {
            **sent_environment(self.at_once, share.cores),
            "PYTHONPATH": os.pathsep.join(path for path in paths if path),
        }
        self.options = {
            "num_cpus": share.cores,
            "num_gpus": share.gpus,
            "runtime_env": {"env_vars": variables},
        }
        return self

    def __exit__(self, *exception: object) -> None:
        ray.shutdown()


def _connect(address: str) -> None:
    settings: dict[str, Any] = {"log_to_driver": False, "logging_level": logging.ERROR}
    if address == "local":
        settings |= {"num_cpus": cores(), "include_dashboard": False}
    # Ray announces lost workers on the screen in spite of `log_to_driver`.
    ray._private.worker._worker_logs_enabled = False
    try:
        _require_answer(address)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            ray.init(address, **settings)
    except (OSError, RuntimeError) as error:
        reason = (str(error).splitlines() or [type(error).__name__])[0]
        raise UsageError(
            f"The Ray cluster {address!r} cannot be used: {reason}"
        ) from error


def _require_answer(address: str) -> None:
    """Raises OSError if the address does not answer; Ray itself retries for minutes."""
    match = re.fullmatch(r"(?:ray://)?(.+):(\d+)", address)
    if match:
        place = (match[1], int(match[2]))
        socket.create_connection(place, timeout=_ANSWER_SECONDS).close()
