"""Comparison of D's scores with the oracle values that they estimate."""

import math
from collections.abc import Mapping

import numpy as np
import tensorflow as tf

from ldrsp_tf.losses.gradient_penalty import example_mean
from ldrsp_tf.prediction.network_pair import NetworkPair
from ldrsp_tf.prediction.predictor import Prediction
from ldrsp_tf.refinement import gradient_norm, score_and_gradient

# A gradient penalty asks for a slope of 1. Critics that had learned ended with slopes
# of 0.8 to 3, those of the runs that ran away with 7 to 400.
MAX_SLOPE = 10.0


def score_report(
    networks: NetworkPair,
    x: tf.Tensor,
    y_true: np.ndarray,
    prediction: Prediction,
    predict_batch_size: int = 1024,
) -> dict[str, float]:
    """Compares D with the oracle it was trained on.

    Args:
      networks: A trained pair of a method with a discriminator.
      x: Inputs, `[N, ...]`.
      y_true: True outputs, `[N, ...]`.
      prediction: The prediction for `x`, with refined outputs.
      predict_batch_size: The number of inputs in one chunk.

    Returns:
      refined_mean: D's mean score of the refined outputs.
      oracle_mean: Their mean oracle value. A score far above it means that the walk
        left the region where D is right.
      correlation: Pearson's correlation of score and value over the refined outputs; 0
        where either is constant.
      gradient_norm: The mean norm of dD/dy at the generator's outputs, per example; of
        a score map, the gradient is that of its sum.
      slope: The same norm in the units of a gradient penalty, for methods with one: the
        gradient is that of the map's mean, on (the middle of) maps as large as in
        training.
    """
    assert prediction.refined is not None and prediction.scores is not None
    values, norms, slopes = [], [], []
    for begin in range(0, len(y_true), predict_batch_size):
        rows = slice(begin, begin + predict_batch_size)
        truth = tf.cast(y_true[rows], tf.float32)
        values.append(
            networks.oracle(tf.constant(prediction.refined[rows]), truth).numpy()
        )
        _, gradient = score_and_gradient(
            networks.score(x[rows]), tf.constant(prediction.generated[rows])
        )
        norms.append(gradient_norm(gradient).numpy())
        if networks.method.penalty is not None:
            slopes.append(_slopes(networks, x[rows], prediction.generated[rows]))
    value, score = np.concatenate(values).ravel(), prediction.scores.ravel()
    report = {
        "refined_mean": float(score.mean()),
        "oracle_mean": float(value.mean()),
        "correlation": _correlation(score, value),
        "gradient_norm": float(np.concatenate(norms).mean()),
    }
    if slopes:
        report["slope"] = float(np.concatenate(slopes).mean())
    return report


def divergence_of(score: Mapping[str, float]) -> str | None:
    """Describes a critic that has diverged, in a sentence; None for any other D.

    Args:
      score: The result of `score_report`.
    """
    slope = score.get("slope", 0.0)
    if math.isfinite(slope) and slope <= MAX_SLOPE:
        return None
    return (
        f"The critic's slope is {slope:.3g} where its gradient penalty asks for 1: its "
        "training diverged. Try a smaller discriminator_learning_rate, or a larger "
        "penalty_weight."
    )


def _slopes(networks: NetworkPair, x: tf.Tensor, y: np.ndarray) -> np.ndarray:
    """Returns the critic's slope at outputs `[B, ...]` of inputs `[B, ...]`, `[B]`."""
    x, y = (_middle(part, networks.trained_shape) for part in (x, tf.constant(y)))
    score = networks.score(x)
    _, gradient = score_and_gradient(lambda y: example_mean(score(y)), y)
    return gradient_norm(gradient).numpy()


def _middle(maps: tf.Tensor, shape: tuple[int, ...] | None) -> tf.Tensor:
    """Returns the middle of maps `[B, H, W, C]`, as high and wide as `shape`.

    Maps are smaller where images are padded before they are cut; they stay whole.
    """
    if shape is None or len(shape) < 3:
        return maps
    height, width, *_ = shape
    row = max(0, (maps.shape[1] - height) // 2)
    column = max(0, (maps.shape[2] - width) // 2)
    return maps[:, row : row + height, column : column + width]


def _correlation(a: np.ndarray, b: np.ndarray) -> float:
    if np.ptp(a) == 0.0 or np.ptp(b) == 0.0:
        return 0.0
    return float(np.corrcoef(a, b)[0, 1])
