"""Software versions and peak memory of a run, for its result."""

import platform
import resource
import sys

import keras
import numpy as np
import tensorflow as tf

import ldrsp_tf


def versions() -> dict[str, str]:
    """Returns the versions of the software that computes the figures."""
    return {
        "ldrsp_tf": ldrsp_tf.__version__,
        "tensorflow": tf.__version__,
        "keras": keras.__version__,
        "numpy": np.__version__,
        "python": platform.python_version(),
    }


def peak_memory_bytes() -> int:
    """Returns the largest resident size of this process so far, in bytes."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else 1024 * peak  # Linux counts KiB.
