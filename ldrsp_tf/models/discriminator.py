"""What the trainer and the refinement ask of a discriminator."""

import abc
from typing import Any

import keras
import tensorflow as tf


class Discriminator(keras.Model, abc.ABC):
    """D(x, y) = sigmoid(logits(features(x), y)), scores in [0, 1].

    Splitting off what depends on x alone lets a refinement of T steps compute it once
    instead of T times. A subclass defines `features` and `logits`.

    Attributes:
      is_conditioned: Whether it asks what the generator says of x (`condition_on`).
      can_predict: Whether it can say which output it believes in (`predict_logits`).
    """

    is_conditioned = False
    can_predict = False

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

    def condition_on(self, features: Any, generator_logits: tf.Tensor) -> Any:
        """Features that know what the generator says of x, its logits `[B, ...]`.

        Gradients do not go back to the generator this way.
        """
        del generator_logits
        return features

    def predict_logits(
        self, features: Any, y: tf.Tensor, training: bool = False
    ) -> tf.Tensor:
        """Logits of the output that D believes in, `[B, ...]`, in the light of y."""
        raise NotImplementedError(f"{type(self).__name__} scores outputs only.")

    def call(self, inputs: tuple[tf.Tensor, ...], training: bool = False):
        """Scores of `(x, y)` in [0, 1], `[B]` or `[B, H, W]`.

        A discriminator that is informed takes `(x, y, generator_logits)`.
        """
        x, y, *generator_logits = inputs
        features = self.features(x, training)
        if self.is_conditioned:
            features = self.condition_on(features, *generator_logits)
        return tf.sigmoid(self.logits(features, y, training))
