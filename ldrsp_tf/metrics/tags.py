"""F1 of decided tags, and the threshold that decides relaxed ones."""

import numpy as np

from ldrsp_tf.metrics.checks import (
    require_relaxed_tags,
    require_tags,
    require_true_tags,
)

DEFAULT_THRESHOLD = 0.5
THRESHOLDS = np.round(np.arange(0.02, 0.981, 0.02), 2)


def example_f1(decided: np.ndarray, y_true: np.ndarray) -> np.ndarray:
    """Returns F1 of each example (Eq. 2 of decided tags).

    An example that has no tag and is given none counts 1; one of the two alone
    counts 0.

    Args:
      decided: Decided tags, 0/1 or bool, `[..., B, L]`.
      y_true: True tags, 0/1 or bool, `[B, L]`.

    Returns:
      Values in [0, 1], `[..., B]`.

    Raises:
      UsageError: They are of different numbers of examples or tags, or not decided.
    """
    return _example_f1(*require_tags(decided, y_true))


def _example_f1(decided: np.ndarray, truth: np.ndarray) -> np.ndarray:
    common = np.sum(decided & truth, axis=-1)
    size = np.sum(decided, axis=-1) + np.sum(truth, axis=-1)
    return np.where(size == 0, 1.0, 2.0 * common / np.maximum(size, 1))


def threshold_decode(y: np.ndarray, threshold: float = DEFAULT_THRESHOLD) -> np.ndarray:
    """Decides the tags whose relaxed value is above the threshold.

    Args:
      y: Relaxed tags in [0, 1], `[..., L]`.
      threshold: The threshold.

    Returns:
      Decided tags, bool, `[..., L]`.

    Raises:
      UsageError: They are no values in [0, 1].
    """
    return _above(require_relaxed_tags(y), threshold)


def _above(y: np.ndarray, threshold: float) -> np.ndarray:
    # A Python number is compared in the type of y, whichever type the threshold had.
    return y > float(threshold)


def mean_f1(decided: np.ndarray, y_true: np.ndarray) -> float:
    """Returns the example-averaged F1 of decided tags.

    Args:
      decided: Decided tags, 0/1 or bool, `[B, L]`.
      y_true: True tags, 0/1 or bool, `[B, L]`.

    Raises:
      UsageError: They are of different numbers of examples or tags, or not decided.
    """
    return float(np.mean(_example_f1(*require_tags(decided, y_true, steps=False))))


def tune_threshold(y: np.ndarray, y_true: np.ndarray) -> float:
    """Finds the threshold of the best example-averaged F1 on validation rows.

    The F1 of a threshold is averaged with those of its neighbors: the curve of a few
    hundred rows is jagged, and its highest tooth is mostly luck. Of equally good
    thresholds the one nearest to 0.5 is taken.

    Args:
      y: Relaxed tags in [0, 1], `[B, L]`.
      y_true: True tags, 0/1 or bool, `[B, L]`.

    Returns:
      One of `THRESHOLDS`.

    Raises:
      UsageError: They are of different numbers of examples or tags, or relaxed tags are
        no values in [0, 1].
    """
    truth = require_true_tags(y, y_true)
    y = require_relaxed_tags(y)
    scores = np.array([np.mean(_example_f1(_above(y, t), truth)) for t in THRESHOLDS])
    padded = np.pad(scores, 1, mode="edge")
    smooth = (padded[:-2] + padded[1:-1] + padded[2:]) / 3.0
    best = THRESHOLDS[smooth >= smooth.max() - 1e-12]
    return float(best[np.argmin(np.abs(best - DEFAULT_THRESHOLD))])
