"""How processes that train side by side share the machine."""

import os


def threads_of_each(at_once: int) -> int:
    """The threads of each of some processes that share the cores.

    Sums are taken in another order with another number of threads: a run repeats
    another bit for bit on the same machine with as many threads.
    """
    return max(1, _cores() // at_once)


def shared_environment(at_once: int) -> dict[str, str]:
    """The environment of each process; what the user has set stays."""
    if at_once == 1:
        return dict(os.environ)
    limits = {
        "TF_NUM_INTRAOP_THREADS": str(threads_of_each(at_once)),
        # The first of them would otherwise take the whole memory of a GPU.
        "TF_FORCE_GPU_ALLOW_GROWTH": "true",
    }
    return {**limits, **os.environ}


def _cores() -> int:
    """The cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
