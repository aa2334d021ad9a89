"""What the trainer and the refinement ask of a discriminator."""

import abc
from typing import Any

import keras
import tensorflow as tf


class Discriminator(keras.Model, abc.ABC):
    """D(x, y) = sigmoid(logits(features(x), y)), scores in [0, 1].

    Splitting off what depends on x alone lets a refinement of T steps compute it once
    instead of T times. A subclass defines `features` and `logits`.
    """

    def __init__(self, **kwargs):
        # Layers cast what they need to a lower precision; outputs y, and what is
        # computed of them, keep theirs.
        super().__init__(**{"autocast": False, **kwargs})

    @abc.abstractmethod
    def features(self, x: tf.Tensor, training: bool = False) -> Any:
        """Everything that depends on x alone: a structure of tensors `[B, ...]`."""

    @abc.abstractmethod
    def logits(self, features: Any, y: tf.Tensor, training: bool = False) -> tf.Tensor:
        """Logits `[B]` or `[B, H, W]` of the outputs y `[B, ...]`."""

    def call(self, inputs: tuple[tf.Tensor, tf.Tensor], training: bool = False):
        """Scores of `(x, y)` in [0, 1], `[B]` or `[B, H, W]`."""
        x, y = inputs
        return tf.sigmoid(self.logits(self.features(x, training), y, training))
