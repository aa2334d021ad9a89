"""Comparison of D's scores with the oracle values that they estimate."""

import numpy as np
import tensorflow as tf

from ldrsp_tf.prediction.network_pair import NetworkPair
from ldrsp_tf.prediction.predictor import Prediction
from ldrsp_tf.refinement import gradient_norm, score_and_gradient


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
      gradient_norm: The mean norm of dD/dy at the generator's outputs, per example.
    """
    assert prediction.refined is not None and prediction.scores is not None
    values, norms = [], []
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
    value, score = np.concatenate(values).ravel(), prediction.scores.ravel()
    return {
        "refined_mean": float(score.mean()),
        "oracle_mean": float(value.mean()),
        "correlation": _correlation(score, value),
        "gradient_norm": float(np.concatenate(norms).mean()),
    }


def _correlation(a: np.ndarray, b: np.ndarray) -> float:
    if np.ptp(a) == 0.0 or np.ptp(b) == 0.0:
        return 0.0
    return float(np.corrcoef(a, b)[0, 1])
