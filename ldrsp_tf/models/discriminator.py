"""The interface of a discriminator."""

import abc
from typing import Any

import tensorflow as tf

from ldrsp_tf.models.chosen_weights import ChosenWeights


class Discriminator(ChosenWeights, abc.ABC):
    """D(x, y) = sigmoid(logits(features(x), y)), scores in [0, 1].

    The features depend on x alone, so that a refinement of T steps computes them once
    instead of T times. A subclass defines `features` and `logits`.

    Attributes:
      is_conditioned: Whether it is conditioned on the generator's logits of x
        (`condition_on`).
      can_predict: Whether it predicts an output of its own (`predict_logits`).
    """

    is_conditioned = False
    can_predict = False

    def __init__(self, **kwargs: Any):
        # Layers cast their inputs to a lower precision if need be; outputs y and scores
        # keep theirs.
        super().__init__(**{"autocast": False, **kwargs})

    @abc.abstractmethod
    def features(self, x: tf.Tensor, training: bool = False) -> Any:
        """Computes all that depends on x alone, a structure of tensors `[B, ...]`.

        Args:
          x: Inputs, `[B, ...]`.
          training: Whether layers behave as in training.
        """

    @abc.abstractmethod
    def logits(self, features: Any, y: tf.Tensor, training: bool = False) -> tf.Tensor:
        """Returns the logits of D(x, y), `[B]` or `[B, H, W]`.

        Args:
          features: The features of x.
          y: Outputs, `[B, ...]`.
          training: Whether layers behave as in training.
        """

    def condition_on(self, features: Any, generator_logits: tf.Tensor) -> Any:
        """Returns features conditioned on the generator's logits of x.

        Gradients do not go back to the generator this way.

        Args:
          features: The features of x.
          generator_logits: The generator's logits of x, `[B, ...]`.
        """
        del generator_logits
        return features

    def predict_logits(
        self, features: Any, y: tf.Tensor, training: bool = False
    ) -> tf.Tensor:
        """Returns the logits of the output that D itself predicts, `[B, ...]`.

        Args:
          features: The features of x.
          y: Outputs, `[B, ...]`, which the prediction may depend on.
          training: Whether layers behave as in training.
        """
        raise NotImplementedError(f"{type(self).__name__} scores outputs only.")

    def check_batch(self, examples: int) -> None:
        """Refuses batches that are too small to train all of the discriminator.

        Args:
          examples: The number of examples of a batch, in each replica.

        Raises:
          UsageError: They are.
        """

    def call(self, inputs: tuple[tf.Tensor, ...], training: bool = False) -> tf.Tensor:
        """Returns the scores of `(x, y)` in [0, 1], `[B]` or `[B, H, W]`.

        A discriminator that is conditioned on G takes `(x, y, generator_logits)`.
        """
        x, y, *generator_logits = inputs
        features = self.features(x, training)
        if self.is_conditioned:
            features = self.condition_on(features, *generator_logits)
        return tf.sigmoid(self.logits(features, y, training))
