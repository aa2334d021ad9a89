"""Splits of a run's rows: for training, for validation and for the test."""

from typing import NamedTuple

import numpy as np

from datasets.loading import LoadedData
from experiments.tasks.config import Config
from experiments.tasks.task import Task
from ldrsp_tf.data.examples import Examples, divide_rows
from ldrsp_tf.errors import UsageError


class HeldOut(NamedTuple):
    """Training and validation rows; `all_training` has both."""

    training: Examples
    validation: Examples
    all_training: Examples


class Split(NamedTuple):
    """The rows of a run: those of `HeldOut`, and the test rows."""

    training: Examples
    validation: Examples
    all_training: Examples
    test: Examples


def split_rows(task: Task, config: Config, data: LoadedData) -> Split:
    """Returns all rows of a run.

    Raises:
      UsageError: No row would be left to train or to validate on.
    """
    test = task.family.examples(config, data.splits["test"])
    return Split(*hold_out(task, config, data), test)


def hold_out(task: Task, config: Config, data: LoadedData) -> HeldOut:
    """Returns training rows, and the data set's validation rows or some held out.

    Without validation rows of its own, the run's seed decides which rows are held out.
    Test rows are not used, and need not be there.

    Raises:
      UsageError: No row would be left to train or to validate on.
    """
    everything = task.family.examples(config, data.splits["train"])
    if "validation" in data.splits:
        validation = task.family.examples(config, data.splits["validation"])
        together = Examples(*map(np.concatenate, zip(everything, validation)))
        return HeldOut(everything, validation, together)
    rows = len(everything.x)
    held_out = round(rows * config.validation_fraction)
    if not 0 < held_out < rows:
        raise UsageError(
            f"--validation_fraction={config.validation_fraction} leaves {held_out} "
            f"validation rows of {rows}: choices need some, and so does training."
        )
    kept, taken = divide_rows(rows, held_out, (config.seed, 1))
    return HeldOut(everything.take(kept), everything.take(taken), everything)
