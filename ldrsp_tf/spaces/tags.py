"""Tag vectors, the outputs of multi-label tasks (Section 4.1)."""

from collections.abc import Mapping
from typing import Any, ClassVar

import numpy as np
import tensorflow as tf

from ldrsp_tf import losses, metrics, oracles, projections
from ldrsp_tf.spaces.base import DecoderParams, OutputSpace


class TagSpace(OutputSpace):
    """Tag vectors in [0, 1]^L, judged by example-averaged F1."""

    arguments: ClassVar = {}
    metric_name = "f1"
    initial_logit = -1e4  # No tags: exactly 0 in single precision.
    rank = 1
    shape_name = "tags [N, L]"

    def activation(self, logits: tf.Tensor) -> tf.Tensor:
        """Independent tag probabilities, `[B, L]`."""
        return tf.sigmoid(logits)

    def surrogate_loss(self, logits: tf.Tensor, y_true: tf.Tensor) -> tf.Tensor:
        """Binary cross-entropy, averaged over the labels."""
        return losses.binary_cross_entropy(logits, y_true)

    def oracle(self, y: tf.Tensor, y_true: tf.Tensor) -> tf.Tensor:
        """F1 of each example (Eq. 2), `[B]`."""
        return oracles.f1(y, y_true)

    def project(self, y: tf.Tensor) -> tf.Tensor:
        """Clips to [0, 1]."""
        return projections.box(y)

    def decide(self, y: tf.Tensor) -> tf.Tensor:
        """The tags above 0.5."""
        return oracles.above_half(y)

    def example_metric(self, y: np.ndarray, y_true: np.ndarray) -> np.ndarray:
        """F1 of the tags above 0.5."""
        return metrics.example_f1(metrics.threshold_decode(y), y_true)

    def selection_metric(self, measured: Mapping[str, float]) -> float:
        """Mean of F1 at 0.5 and at the tuned threshold.

        One state has to serve both columns of a table. F1 at 0.5 alone favours
        over-trained, over-confident generators, which costs them 2 points at a tuned
        threshold.
        """
        return (measured["f1"] + measured["f1_tuned"]) / 2.0

    def tune_decoder(self, y: np.ndarray, y_true: np.ndarray) -> DecoderParams:
        """The threshold of the best F1, smoothed over its neighbours."""
        return {"threshold": metrics.tune_threshold(y, y_true)}

    def measure(
        self,
        y: np.ndarray,
        y_true: np.ndarray,
        decoder_params: Mapping[str, Any],
        probabilities: bool,
    ) -> dict[str, float]:
        """F1 at 0.5, at the tuned threshold, and of probabilities also plug-in."""
        tuned = metrics.threshold_decode(y, decoder_params["threshold"])
        measured = {
            "f1": metrics.mean_f1(metrics.threshold_decode(y), y_true),
            "f1_tuned": metrics.mean_f1(tuned, y_true),
        }
        if probabilities:
            plugin = metrics.plugin_decode(y)
            measured["f1_plugin"] = metrics.mean_f1(plugin, y_true)
        return measured
