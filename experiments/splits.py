"""Which rows a run trains on, chooses with, and is tested on."""

from typing import NamedTuple

import numpy as np

from datasets.loading import LoadedData
from experiments.config import Config
from experiments.tasks import Examples, Task
from ldrsp_tf.errors import UsageError


class Split(NamedTuple):
    """The rows of a run; `all_training` is training and validation together."""

    training: Examples
    validation: Examples
    all_training: Examples
    test: Examples


def split_rows(task: Task, config: Config, data: LoadedData) -> Split:
    """The data set's own validation rows, or some of its training rows.

    Without validation rows of its own, the run's seed decides which are held out.

    Raises:
      UsageError: No row would be left to train or to validate on.
    """
    examples = {
        name: task.family.examples(config, split) for name, split in data.splits.items()
    }
    everything, test = examples["train"], examples["test"]
    if "validation" in examples:
        validation = examples["validation"]
        together = Examples(*map(np.concatenate, zip(everything, validation)))
        return Split(everything, validation, together, test)
    rows = len(everything.x)
    held_out = round(rows * config.validation_fraction)
    if not 0 < held_out < rows:
        raise UsageError(
            f"--validation_fraction={config.validation_fraction} leaves {held_out} "
            f"validation rows of {rows}: choices need some, and so does training."
        )
    shuffled = np.random.default_rng((config.seed, 1)).permutation(rows)
    return Split(
        training=everything.take(np.sort(shuffled[held_out:])),
        validation=everything.take(np.sort(shuffled[:held_out])),
        all_training=everything,
        test=test,
    )
