"""Output spaces: what an output is, and how it is judged."""

import abc
from collections.abc import Mapping
from typing import Any

import numpy as np
import tensorflow as tf

DecoderParams = dict[str, float]


class OutputSpace(abc.ABC):
    """How outputs of a family of tasks are made, kept feasible, decided and judged.

    Attributes:
      metric_name: The metric of `example_metric`.
      initial_logit: Of every entry of the output that says nothing yet, where methods
        without a generator start.
      arguments: What it was made with.
      rank: Axes of one output.
      shape_name: What true outputs `[N, ...]` are, in an error.
    """

    arguments: Mapping[str, str]
    metric_name: str
    initial_logit: float
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
    def selection_metric(self, measured: Mapping[str, float]) -> float:
        """What the choice among states maximises, given `measure` on validation."""

    @abc.abstractmethod
    def tune_decoder(self, y: np.ndarray, y_true: np.ndarray) -> DecoderParams:
        """What the tuned decoders need, from validation examples."""

    @abc.abstractmethod
    def measure(
        self,
        y: np.ndarray,
        y_true: np.ndarray,
        decoder_params: Mapping[str, Any],
        probabilities: bool,
    ) -> dict[str, float]:
        """Every metric of outputs `[B, ...]`, fractions in [0, 1].

        Args:
          y: Relaxed outputs.
          y_true: The truth.
          decoder_params: Of `tune_decoder`, on validation examples.
          probabilities: Whether `y` are probabilities (the generator's outputs), so
            that expectations may be taken from them.
        """
