"""What a result depends on besides its settings: versions, and what it took."""

import platform
import resource
import sys

import keras
import numpy as np
import tensorflow as tf

import ldrsp_tf


def versions() -> dict[str, str]:
    """The versions of what computes the figures."""
    return {
        "ldrsp_tf": ldrsp_tf.__version__,
        "tensorflow": tf.__version__,
        "keras": keras.__version__,
        "numpy": np.__version__,
        "python": platform.python_version(),
    }


def peak_memory_bytes() -> int:
    """The largest resident size that this process has had."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else 1024 * peak  # Linux counts KiB.
