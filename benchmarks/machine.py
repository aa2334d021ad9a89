"""The machine of a measurement, and the rates in its lower bounds."""

import os
import pathlib
import platform
import time
from collections.abc import Callable
from typing import Any

import tensorflow as tf

from experiments.runs.environment import versions

_MATRIX = 2048  # Rows and columns, which suffice for the full rate.
_ADDED = 2**26  # Numbers in single precision, more than a cache holds.


def machine() -> dict[str, Any]:
    """Describes the machine and measures its rates.

    The rates are those of this process's threads, so they apply to processes with as
    many.

    Returns:
      processor, cores, memory_bytes, versions: The description.
      operations_per_second: The rate of a product of two large matrices, in single
        precision; a multiplication and an addition are two operations.
      bytes_per_second: The rate at which a sum of arrays that no cache holds reads and
        writes.
    """
    return {
        "processor": _processor(),
        "cores": len(os.sched_getaffinity(0)),
        "memory_bytes": os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"),
        "versions": versions(),
        "operations_per_second": operations_per_second(),
        "bytes_per_second": bytes_per_second(),
    }


def operations_per_second(tries: int = 5) -> float:
    """Returns the best rate of some products of two large matrices."""
    matrix = tf.random.stateless_uniform([_MATRIX, _MATRIX], seed=[0, 0])
    return 2 * _MATRIX**3 / _best_seconds(lambda: tf.matmul(matrix, matrix), tries)


def bytes_per_second(tries: int = 5) -> float:
    """Returns the best rate of some passes that add an array to another in place."""
    total, added = tf.Variable(tf.zeros([_ADDED])), tf.ones([_ADDED])
    return 3 * 4 * _ADDED / _best_seconds(lambda: total.assign_add(added), tries)


def _best_seconds(function: Callable[[], Any], tries: int) -> float:
    seconds = []
    for _ in range(tries + 1):  # The first one allocates.
        begin = time.perf_counter()
        function()
        seconds.append(time.perf_counter() - begin)
    return min(seconds[1:])


def _processor() -> str:
    listing = pathlib.Path("/proc/cpuinfo")
    if listing.exists():
        for line in listing.read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()
