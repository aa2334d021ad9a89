"""How processes that train side by side share the machine, or a cluster."""

import math
import os
from collections.abc import Mapping, Sequence
from typing import NamedTuple

# What TensorFlow and the packages around it read; a run elsewhere needs them, too.
_NAMES = ("TF_", "TFDS_", "KERAS_", "XLA_", "LDRSP_")


class Share(NamedTuple):
    """What each process has of a cluster."""

    cores: int
    gpus: float


def cluster_share(nodes: Sequence[Mapping[str, float]], at_once: int) -> Share:
    """What each of some processes has of a cluster; no more than one node offers.

    Args:
      nodes: The resources of each, by Ray's names `CPU` and `GPU`.
      at_once: How many processes there are at a time.
    """
    cores = [node.get("CPU", 0.0) for node in nodes]
    gpus = sum(node.get("GPU", 0.0) for node in nodes)
    return Share(
        cores=max(1, int(min(sum(cores) / at_once, max(cores, default=0.0)))),
        # A part, and the same for all, so that they fit on the GPUs together.
        gpus=1.0 / math.ceil(at_once / gpus) if gpus else 0.0,
    )


def threads_of_each(at_once: int) -> int:
    """The threads of each of some processes that share the cores.

    Sums are taken in another order with another number of threads: a run repeats
    another bit for bit on the same machine with as many threads.
    """
    return max(1, cores() // at_once)


def shared_environment(at_once: int) -> dict[str, str]:
    """The environment of each process; what the user has set stays."""
    return {**_limits(at_once, threads_of_each(at_once)), **os.environ}


def sent_environment(at_once: int, threads: int) -> dict[str, str]:
    """What a process on another machine needs of the environment, and its limits."""
    ours = {k: value for k, value in os.environ.items() if k.startswith(_NAMES)}
    return {**_limits(at_once, threads), **ours}


def _limits(at_once: int, threads: int) -> dict[str, str]:
    if at_once == 1:
        return {}
    return {
        "TF_NUM_INTRAOP_THREADS": str(threads),
        # The first of them would otherwise take the whole memory of a GPU.
        "TF_FORCE_GPU_ALLOW_GROWTH": "true",
    }


def cores() -> int:
    """The cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
