"""Shares of a machine's or a cluster's cores and GPUs for parallel processes."""

import math
import os
from collections.abc import Mapping, Sequence
from typing import NamedTuple

# Prefixes of the variables that TensorFlow and the packages around it read, which a run
# on another machine needs as well.
_NAMES = ("TF_", "TFDS_", "KERAS_", "XLA_", "OPENBLAS_", "LDRSP_")


class Share(NamedTuple):
    """The share of a cluster that each process has.

    Attributes:
      cores: The number of cores.
      gpus: The number of GPUs, or a fraction of one.
    """

    cores: int
    gpus: float


def cluster_share(nodes: Sequence[Mapping[str, float]], at_once: int) -> Share:
    """Returns the share of each parallel process, which is at most one whole node.

    Args:
      nodes: The resources of each node, by Ray's names `CPU` and `GPU`.
      at_once: The number of processes that run at a time.
    """
    cores = [node.get("CPU", 0.0) for node in nodes]
    gpus = sum(node.get("GPU", 0.0) for node in nodes)
    return Share(
        cores=max(1, int(min(sum(cores) / at_once, max(cores, default=0.0)))),
        # A part, and the same for all, so that they fit on the GPUs together.
        gpus=1.0 / math.ceil(at_once / gpus) if gpus else 0.0,
    )


def threads_of_each(at_once: int) -> int:
    """Returns the number of threads of each process when several share the cores.

    The number of threads changes the order of summation: a run repeats another bit for
    bit only on the same machine with as many threads.

    Args:
      at_once: The number of processes that run at a time.
    """
    return max(1, cores() // at_once)


def shared_environment(at_once: int) -> dict[str, str]:
    """Returns the environment of each process; variables of the user's own stay.

    Args:
      at_once: The number of processes that run at a time.
    """
    return {**_limits(at_once, threads_of_each(at_once)), **os.environ}


def sent_environment(at_once: int, threads: int) -> dict[str, str]:
    """Returns the variables that a process on another machine needs, with its limits.

    Args:
      at_once: The number of processes that run at a time.
      threads: The number of threads of each.
    """
    ours = {k: value for k, value in os.environ.items() if k.startswith(_NAMES)}
    return {**_limits(at_once, threads), **ours}


def _limits(at_once: int, threads: int) -> dict[str, str]:
    if at_once == 1:
        return {}
    return {
        "TF_NUM_INTRAOP_THREADS": str(threads),
        # Threads of OpenBLAS without a core of their own wait for each other in loops.
        "OPENBLAS_NUM_THREADS": str(threads),
        # Otherwise the first process would allocate the whole memory of a GPU.
        "TF_FORCE_GPU_ALLOW_GROWTH": "true",
    }


def cores() -> int:
    """Returns the number of cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
