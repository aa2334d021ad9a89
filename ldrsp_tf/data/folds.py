"""Out-of-fold outputs: D learns from errors that G makes on rows it has not seen.

A generator is nearly perfect on the rows that it was trained on, and a discriminator
that meets it there learns nothing of the errors of a test. Of K generators, each is
trained without one part (fold) of the rows; on that part it errs as on a test. Where D
has learned from these, generators that have seen all rows may take their place, as the
estimators of a stacking do.
"""

import numpy as np
import tensorflow as tf

from ldrsp_tf.errors import UsageError

_MOST = 255  # Folds that a byte can tell apart, as inputs may be bytes.


def assign_folds(rows: int, folds: int, seed: int) -> np.ndarray:
    """The fold of each row, `[rows]`, in [0, folds); folds differ by one row at most.

    Raises:
      UsageError: There are fewer rows than folds, or folds than 2.
    """
    if not 2 <= folds <= min(rows, _MOST):
        raise UsageError(
            f"{rows} training rows cannot be divided into {folds} folds; give 2 or "
            "more, and not more than rows (or 255)."
        )
    return np.random.default_rng((seed, 2)).permutation(rows) % folds


def append_fold_channel(x: np.ndarray, folds: np.ndarray) -> np.ndarray:
    """Inputs that carry the fold of their row as a last feature or channel.

    Args:
      x: `[N, ..., F]`.
      folds: `[N]`.

    Returns:
      `[N, ..., F + 1]`, of the type of x, or the next that holds a byte. Whatever
      crops, mirrors, interpolates or gathers them takes the fold along.
    """
    carried = np.broadcast_to(
        folds.reshape(-1, *[1] * (x.ndim - 1)), (*x.shape[:-1], 1)
    )
    kind = np.result_type(x.dtype, np.uint8)
    return np.concatenate([x, carried], axis=-1, dtype=kind, casting="unsafe")


def without_fold(x: tf.Tensor, channels: int) -> tf.Tensor:
    """Inputs `[B, ..., F]` of such as may carry a fold."""
    return x[..., :channels]


def fold_of_inputs(x: tf.Tensor, channels: int) -> tf.Tensor | None:
    """The fold of each input, `[B]`; None where inputs carry none."""
    if x.shape[-1] == channels:
        return None
    carried = tf.reshape(x[..., channels], [tf.shape(x)[0], -1])[:, 0]
    # Images that were interpolated have a fold that is not quite whole.
    return tf.cast(tf.round(tf.cast(carried, tf.float32)), tf.int32)
