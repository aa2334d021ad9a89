"""Class maps, the outputs of segmentation tasks (Sections 4.2 and 4.3)."""

from collections.abc import Mapping
from typing import Any, ClassVar

import numpy as np
import tensorflow as tf

from ldrsp_tf import losses, metrics, oracles, projections
from ldrsp_tf.errors import UsageError
from ldrsp_tf.spaces.base import DecoderParams, OutputSpace


class ClassMapSpace(OutputSpace):
    """A class vector in every pixel, judged by the value of each pixel (Eq. 11).

    Args:
      metric_name: "mean_iou" of class 1, for two classes, or "pixel_accuracy".
      projection: "simplex", so that a pixel's values stay probabilities, or "box".

    Raises:
      UsageError: There is no such metric or projection.
    """

    METRICS = ("mean_iou", "pixel_accuracy")
    initial_logit = 0.0  # Every class alike.
    rank = 3
    shape_name = "one-hot class maps [N, H, W, C]"
    PROJECTIONS: ClassVar = {"simplex": projections.simplex, "box": projections.box}

    def __init__(self, metric_name: str = "mean_iou", projection: str = "simplex"):
        if metric_name not in self.METRICS:
            raise UsageError(
                f"There is no metric {metric_name!r} of class maps; choose one of "
                f"{', '.join(self.METRICS)}."
            )
        if projection not in self.PROJECTIONS:
            raise UsageError(
                f"There is no projection {projection!r}; choose one of "
                f"{', '.join(self.PROJECTIONS)}."
            )
        self.arguments = {"metric_name": metric_name, "projection": projection}
        self.metric_name = metric_name
        self._projection = self.PROJECTIONS[projection]

    def activation(self, logits: tf.Tensor) -> tf.Tensor:
        """Class probabilities, `[B, H, W, C]`."""
        return tf.nn.softmax(logits)

    def surrogate_loss(self, logits: tf.Tensor, y_true: tf.Tensor) -> tf.Tensor:
        """Cross-entropy, averaged over the pixels."""
        return losses.class_cross_entropy(logits, y_true)

    def oracle(self, y: tf.Tensor, y_true: tf.Tensor) -> tf.Tensor:
        """F1 of each pixel's class vector (Eq. 11), `[B, H, W]`."""
        return oracles.pixel_f1(y, y_true)

    def project(self, y: tf.Tensor) -> tf.Tensor:
        """Keeps every pixel on the simplex, or in the box."""
        return self._projection(y)

    def decide(self, y: tf.Tensor) -> tf.Tensor:
        """The likeliest class of each pixel, one-hot."""
        return tf.one_hot(tf.argmax(y, -1), y.shape[-1], dtype=y.dtype)

    def example_metric(self, y: np.ndarray, y_true: np.ndarray) -> np.ndarray:
        """The metric of the likeliest class of each pixel."""
        decided, truth = np.argmax(y, -1), np.argmax(y_true, -1)
        if self.metric_name == "mean_iou":
            return metrics.image_iou(decided, truth)
        return metrics.pixel_accuracy(decided, truth)

    def selection_metric(self, measured: Mapping[str, float]) -> float:
        """The metric itself."""
        return measured[self.metric_name]

    def tune_decoder(self, y: np.ndarray, y_true: np.ndarray) -> DecoderParams:
        """Nothing: the likeliest class needs no threshold."""
        return {}

    def measure(
        self,
        y: np.ndarray,
        y_true: np.ndarray,
        decoder_params: Mapping[str, Any],
        probabilities: bool,
    ) -> dict[str, float]:
        """Pixel accuracy, and for two classes both readings of IOU."""
        decided, truth = np.argmax(y, -1), np.argmax(y_true, -1)
        measured = {"pixel_accuracy": float(np.mean(decided == truth))}
        if y.shape[-1] == 2:
            measured["mean_iou"] = float(np.mean(metrics.image_iou(decided, truth)))
            measured["global_iou"] = metrics.global_iou(decided, truth)
        return measured
