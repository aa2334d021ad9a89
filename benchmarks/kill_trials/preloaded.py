"""The imports of the killed commands, done once by the server that forks them."""

from experiments.cli.startup import quiet_tensorflow

# No device is initialized: a fork would inherit its threads as they were.
quiet_tensorflow(find_devices=False)

import tensorflow_datasets  # noqa: E402, F401

import benchmarks.kill_trials.refiner_save  # noqa: E402, F401
import experiments.runs.display  # noqa: E402
import experiments.runs.pipeline  # noqa: E402, F401
