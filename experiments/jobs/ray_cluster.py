"""A Ray cluster, and what each of some runs has of it."""

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

# How often Ray takes up again what was lost with its worker.
RETRIES = 3


_ANSWER_SECONDS = 10


_CHECKOUT = pathlib.Path(__file__).parents[2]


class RayCluster:
    """A cluster that runs share; a context manager that leaves it at the end.

    Args:
      address: `local` starts one on this machine, which ends with this process; any
        other one is joined.
      at_once: How many runs there are at a time.

    Attributes:
      at_once: The same.
      threads: Those of each run.
      options: Of Ray's tasks and actors: the share of each run, and its environment.
    """

    def __init__(self, address: str, at_once: int):
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

    def __exit__(self, *exception) -> None:
        ray.shutdown()


def _connect(address: str) -> None:
    settings: dict[str, Any] = {"log_to_driver": False, "logging_level": logging.ERROR}
    if address == "local":
        settings |= {"num_cpus": cores(), "include_dashboard": False}
    # A lost worker is announced on the screen whatever `log_to_driver` says.
    ray._private.worker._worker_logs_enabled = False
    try:
        _knock(address)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            ray.init(address, **settings)
    except (OSError, RuntimeError) as error:
        reason = (str(error).splitlines() or [type(error).__name__])[0]
        raise UsageError(
            f"The Ray cluster {address!r} cannot be used: {reason}"
        ) from error


def _knock(address: str) -> None:
    """Raises OSError where nobody answers; Ray itself would try for minutes."""
    match = re.fullmatch(r"(?:ray://)?(.+):(\d+)", address)
    if match:
        place = (match[1], int(match[2]))
        socket.create_connection(place, timeout=_ANSWER_SECONDS).close()
