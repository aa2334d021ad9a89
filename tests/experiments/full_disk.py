"""`experiments.run` where no file may grow beyond so much.

    python -m tests.experiments.full_disk BYTES FLAGS

It is what a full disk does to a checkpoint.
"""

import resource
import sys

from experiments import run

if __name__ == "__main__":
    _, size, *flags = sys.argv
    resource.setrlimit(resource.RLIMIT_FSIZE, (int(size), int(size)))
    run.main([run.__file__, *flags])
