"""Imports that all commands share, done once by the server that forks them."""

import gc
import importlib.util
import os

gc.disable()  # During the imports.

# Read once, at the first message, so that no fork can change it: the level of
# `tests.command_line`.
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"

# Lines that no setting switches off belong to no command.
_stderr, _nowhere = os.dup(2), os.open(os.devnull, os.O_WRONLY)
os.dup2(_nowhere, 2)
try:
    import pytest  # noqa: F401
    import tensorboard.summary.v2  # noqa: F401
    import tensorflow as tf  # noqa: F401
    import tensorflow_datasets as tfds  # noqa: F401
    from PIL import Image  # noqa: F401

    import experiments.runs.display
    import experiments.runs.pipeline  # noqa: F401

    if importlib.util.find_spec("optuna"):
        import optuna  # noqa: F401
finally:
    os.dup2(_stderr, 2)
    os.close(_stderr)
    os.close(_nowhere)

# The collector of a fork then neither visits nor copies what the imports made.
gc.collect()
gc.freeze()
# As in `tests/conftest.py`; forks inherit it.
gc.set_threshold(50_000, 20, 100)
gc.enable()
