"""Output spaces: what an output is, and how it is judged."""

import abc
from collections.abc import Mapping
from typing import Any, ClassVar

import numpy as np
import tensorflow as tf

from ldrsp_tf import losses, metrics, oracles, projections
from ldrsp_tf.errors import UsageError

Calibration = dict[str, float]


class OutputSpace(abc.ABC):
    """How outputs of a family of tasks are made, kept feasible, decided and judged.

    Attributes:
      metric_name: The metric of `example_metric`.
      blank_logit: Of every entry of the output that says nothing yet, where methods
        without a generator start.
      arguments: What it was made with.
      rank: Axes of one output.
      shape_name: What true outputs `[N, ...]` are, in an error.
    """

    arguments: Mapping[str, str]
    metric_name: str
    blank_logit: float
    rank: int
    shape_name: str

    @abc.abstractmethod
    def activation(self, logits: tf.Tensor) -> tf.Tensor:
        """The relaxed output in [0, 1] of the generator's logits."""

    @abc.abstractmethod
    def surrogate_loss(self, logits: tf.Tensor, y_true: tf.Tensor) -> tf.Tensor:
        """L_g of Eq. 6, a scalar."""

    @abc.abstractmethod
    def oracle(self, y: tf.Tensor, y_true: tf.Tensor) -> tf.Tensor:
        """v*(y, y*) of Eq. 1, 2 or 11."""

    @abc.abstractmethod
    def project(self, y: tf.Tensor) -> tf.Tensor:
        """The projection P of Eq. 8-9."""

    @abc.abstractmethod
    def decide(self, y: tf.Tensor) -> tf.Tensor:
        """The 0/1 output that a relaxed one stands for, of the same shape."""

    @abc.abstractmethod
    def example_metric(self, y: np.ndarray, y_true: np.ndarray) -> np.ndarray:
        """`metric_name` of each example, decided without tuning: `[..., B]`."""

    @abc.abstractmethod
    def criterion(self, measured: Mapping[str, float]) -> float:
        """What the choice among states maximises, given `measure` on validation."""

    @abc.abstractmethod
    def calibrate(self, y: np.ndarray, y_true: np.ndarray) -> Calibration:
        """What the tuned decoders need, from validation examples."""

    @abc.abstractmethod
    def measure(
        self,
        y: np.ndarray,
        y_true: np.ndarray,
        calibration: Mapping[str, Any],
        probabilities: bool,
    ) -> dict[str, float]:
        """Every metric of outputs `[B, ...]`, fractions in [0, 1].

        Args:
          y: Relaxed outputs.
          y_true: The truth.
          calibration: Of `calibrate`, on validation examples.
          probabilities: Whether `y` are probabilities (the generator's outputs), so
            that expectations may be taken from them.
        """


class TagSpace(OutputSpace):
    """Tag vectors in [0, 1]^L, judged by example-averaged F1."""

    arguments: ClassVar = {}
    metric_name = "f1"
    blank_logit = -1e4  # No tags: exactly 0 in single precision.
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

    def criterion(self, measured: Mapping[str, float]) -> float:
        """Mean of F1 at 0.5 and at the tuned threshold.

        One state has to serve both columns of a table. F1 at 0.5 alone favours
        over-trained, over-confident generators, which costs them 2 points at a tuned
        threshold.
        """
        return (measured["f1"] + measured["f1_tuned"]) / 2.0

    def calibrate(self, y: np.ndarray, y_true: np.ndarray) -> Calibration:
        """The threshold of the best F1, smoothed over its neighbours."""
        return {"threshold": metrics.tune_threshold(y, y_true)}

    def measure(
        self,
        y: np.ndarray,
        y_true: np.ndarray,
        calibration: Mapping[str, Any],
        probabilities: bool,
    ) -> dict[str, float]:
        """F1 at 0.5, at the tuned threshold, and of probabilities also plug-in."""
        tuned = metrics.threshold_decode(y, calibration["threshold"])
        measured = {
            "f1": metrics.mean_f1(metrics.threshold_decode(y), y_true),
            "f1_tuned": metrics.mean_f1(tuned, y_true),
        }
        if probabilities:
            plugin = metrics.plugin_decode(y)
            measured["f1_plugin"] = metrics.mean_f1(plugin, y_true)
        return measured


class ClassMapSpace(OutputSpace):
    """A class vector in every pixel, judged by the value of each pixel (Eq. 11).

    Args:
      metric_name: "mean_iou" of class 1, for two classes, or "pixel_accuracy".
      projection: "simplex", so that a pixel's values stay probabilities, or "box".

    Raises:
      UsageError: There is no such metric or projection.
    """

    METRICS = ("mean_iou", "pixel_accuracy")
    blank_logit = 0.0  # Every class alike.
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

    def criterion(self, measured: Mapping[str, float]) -> float:
        """The metric itself."""
        return measured[self.metric_name]

    def calibrate(self, y: np.ndarray, y_true: np.ndarray) -> Calibration:
        """Nothing: the likeliest class needs no threshold."""
        return {}

    def measure(
        self,
        y: np.ndarray,
        y_true: np.ndarray,
        calibration: Mapping[str, Any],
        probabilities: bool,
    ) -> dict[str, float]:
        """Pixel accuracy, and for two classes both readings of IOU."""
        decided, truth = np.argmax(y, -1), np.argmax(y_true, -1)
        measured = {"pixel_accuracy": float(np.mean(decided == truth))}
        if y.shape[-1] == 2:
            measured["mean_iou"] = float(np.mean(metrics.image_iou(decided, truth)))
            measured["global_iou"] = metrics.global_iou(decided, truth)
        return measured
