"""A command where no file may grow beyond so much: what a full disk does to writers.

python -m tests.full_disk BYTES MODULE FLAGS
"""

import resource
import runpy
import sys

if __name__ == "__main__":
    _, size, module, *flags = sys.argv
    resource.setrlimit(resource.RLIMIT_FSIZE, (int(size), int(size)))
    sys.argv = [module, *flags]
    runpy.run_module(module, run_name="__main__", alter_sys=True)
