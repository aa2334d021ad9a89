"""A command where a package is not installed.

python -m tests.without_package PACKAGE MODULE FLAGS
"""

import runpy
import sys

if __name__ == "__main__":
    _, package, module, *flags = sys.argv
    for name in [*sys.modules]:
        if name.partition(".")[0] == package:
            del sys.modules[name]
    sys.modules[package] = None  # An import of it fails.
    sys.argv = [module, *flags]
    runpy.run_module(module, run_name="__main__", alter_sys=True)
