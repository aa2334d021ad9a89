"""Metrics of decided outputs, and the decoders that decide relaxed ones.

All take and return numpy arrays (or what numpy makes of a tensor); metric values are
fractions in [0, 1].
"""

import numpy as np

DEFAULT_THRESHOLD = 0.5
THRESHOLDS = np.round(np.arange(0.02, 0.981, 0.02), 2)


def example_f1(decided: np.ndarray, y_true: np.ndarray) -> np.ndarray:
    """F1 of each example.

    An example that has no tag and is given none counts 1; one of the two alone
    counts 0.

    Args:
      decided: Decided tags, 0/1 or bool, `[..., B, L]`.
      y_true: True tags, 0/1 or bool, `[B, L]`.

    Returns:
      `[..., B]`.
    """
    decided = np.asarray(decided, bool)
    truth = np.asarray(y_true, bool)
    common = np.sum(decided & truth, axis=-1)
    size = np.sum(decided, axis=-1) + np.sum(truth, axis=-1)
    return np.where(size == 0, 1.0, 2.0 * common / np.maximum(size, 1))


def threshold_decode(y: np.ndarray, threshold: float = DEFAULT_THRESHOLD) -> np.ndarray:
    """Decides the tags whose relaxed value is above the threshold, `[..., L]`."""
    return np.asarray(y) > threshold


def plugin_decode(probabilities: np.ndarray) -> np.ndarray:
    """Decides the k likeliest tags, with the k of the largest expected F1.

    The expected F1 of the top k is approximated by the ratio of expectations,
    2 * sum_topk p / (k + sum p) (the "plug-in" rule: expectations of the model are
    plugged into the metric). It has no parameters, and uses no discriminator: it is
    the cheapest control for a refinement that is trained on F1. At least one tag is
    decided.

    Args:
      probabilities: Tag probabilities in [0, 1], `[B, L]`.

    Returns:
      Decided tags, bool, `[B, L]`.
    """
    p = np.asarray(probabilities, np.float64)
    order = np.argsort(-p, axis=-1, kind="stable")
    mass = np.cumsum(np.take_along_axis(p, order, -1), -1)
    k = np.arange(1, p.shape[-1] + 1)
    expected = 2.0 * mass / (k + mass[:, -1:])
    best = 1 + np.argmax(expected, -1)
    decided = np.zeros(p.shape, bool)
    np.put_along_axis(decided, order, k[None, :] <= best[:, None], -1)
    return decided


def mean_f1(decided: np.ndarray, y_true: np.ndarray) -> float:
    """Example-averaged F1 of decided tags `[B, L]`."""
    return float(np.mean(example_f1(decided, y_true)))


def tune_threshold(y: np.ndarray, y_true: np.ndarray) -> float:
    """The threshold of the best example-averaged F1; for validation rows only.

    Of equally good thresholds the one nearest to 0.5 is taken.

    Args:
      y: Relaxed tags in [0, 1], `[B, L]`.
      y_true: True tags, `[B, L]`.

    Returns:
      One of `THRESHOLDS`.
    """
    scores = np.array([mean_f1(threshold_decode(y, t), y_true) for t in THRESHOLDS])
    best = THRESHOLDS[scores >= scores.max() - 1e-12]
    return float(best[np.argmin(np.abs(best - DEFAULT_THRESHOLD))])
