"""The folds of cross-fitting: the generator that has not seen a training row."""

import numpy as np
import tensorflow as tf

from ldrsp_tf.data.augmentation import Augmentation
from ldrsp_tf.data.examples import Examples
from ldrsp_tf.errors import UsageError
from ldrsp_tf.models.fold_channel import (
    append_fold_channel,
    fold_of_inputs,
    with_fold,
    without_fold,
)
from ldrsp_tf.settings import LARGEST_FOLDS, require_counts, valid_seed


def assign_folds(rows: int, folds: int, seed: int) -> np.ndarray:
    """Assigns a fold to each row at random; fold sizes differ by at most one row.

    Args:
      rows: The number of training rows.
      folds: The number of folds.
      seed: The seed of the assignment, from 0 to 2^32 - 1.

    Returns:
      Integers in [0, folds), `[rows]`.

    Raises:
      UsageError: There are fewer than 2 folds, or more than rows (or 255), or a number
        is not whole.
    """
    require_counts(0, rows=rows, folds=folds)
    if not 2 <= folds <= min(rows, LARGEST_FOLDS):
        raise UsageError(
            f"{rows} training rows cannot be divided into {folds} folds; give 2 or "
            f"more, and not more than rows (or {LARGEST_FOLDS})."
        )
    return np.random.default_rng((valid_seed(seed), 2)).permutation(rows) % folds


def attach_folds(
    examples: Examples, folds: np.ndarray | None, members: int | None
) -> Examples:
    """Appends the fold of each training row to its input.

    Args:
      examples: The training rows.
      folds: The fold of each row, `[N]`; None without cross-fitting.
      members: The number of generators that are cross-fitted; None without
        cross-fitting.

    Returns:
      The examples, with a fold channel if there are folds.

    Raises:
      UsageError: There are folds without a cross-fitted generator, or the other way
        round; their number is not that of the rows; one is no member's.
    """
    if (folds is None) != (members is None):
        raise UsageError(
            "A CrossFitted generator needs the fold of each training row (folds), "
            "and no other generator does."
        )
    if folds is None or members is None:
        return examples
    folds = np.asarray(folds)
    if folds.shape != (len(examples.x),) or not set(folds) <= set(range(members)):
        raise UsageError(
            f"The folds of {len(examples.x)} training rows are needed, each a "
            f"number from 0 to {members - 1}."
        )
    return examples._replace(x=append_fold_channel(examples.x, folds))


def augment_beside_folds(augment: Augmentation, channels: int) -> Augmentation:
    """Returns an augmentation that changes inputs alone, and not the fold of a row.

    Args:
      augment: The change of inputs `[B, ..., F]`, which keeps the order of the rows.
      channels: F, the size of the last axis of an input without a fold.

    Returns:
      A function of inputs `[B, ..., F + 1]`, outputs and a seed.
    """

    def augment_inputs(
        x: tf.Tensor, y: tf.Tensor, seed: tf.Tensor
    ) -> tuple[tf.Tensor, tf.Tensor]:
        folds = fold_of_inputs(x, channels)
        x, y = augment(without_fold(x, channels), y, seed)
        return (x if folds is None else with_fold(x, folds)), y

    return augment_inputs
