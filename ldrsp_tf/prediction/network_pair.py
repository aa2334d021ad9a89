"""G and D as a pair: predictions of both, and the walk from G's output up D's score."""

from typing import Any

import keras
import tensorflow as tf

from ldrsp_tf import refinement
from ldrsp_tf.errors import UsageError
from ldrsp_tf.methods import Method
from ldrsp_tf.models.discriminator import Discriminator
from ldrsp_tf.oracles import Oracle
from ldrsp_tf.refinement import Score, Trajectory
from ldrsp_tf.spaces.base import OutputSpace


class NetworkPair:
    """A generator and the discriminator that refines its outputs.

    Args:
      generator: A network from x `[B, ...]` to logits of the output.
      discriminator: The discriminator; None for a method without one.
      method: The method, which defines the score of D's logits.
      space: The output space.
      oracle: The oracle that D is trained on.

    Raises:
      UsageError: The method has a discriminator, and none is given.

    Attributes:
      predict_batch_size: The number of inputs in one call, which bounds memory.
      trained_shape: The shape of one output in training, which is smaller than that of
        a map if training is on crops; None before it is known.
    """

    predict_batch_size = 1024
    trained_shape: tuple[int, ...] | None = None

    def __init__(
        self,
        generator: keras.Model,
        discriminator: Discriminator | None,
        method: Method,
        space: OutputSpace,
        oracle: Oracle,
    ):
        if method.has_discriminator and discriminator is None:
            raise UsageError(f"Method {method.name!r} needs a discriminator.")
        self.generator = generator
        self.discriminator = discriminator if method.has_discriminator else None
        self.method = method
        self.space = space
        self.oracle = oracle

    def generate(self, x: tf.Tensor) -> tf.Tensor:
        """Returns G(x), `[B, ...]` in [0, 1], of inputs of any numeric type."""
        logits = self.generator(tf.cast(x, tf.float32), training=False)
        return self.space.activation(logits)

    def walk(
        self, x: tf.Tensor, step_size: tf.Tensor, steps: tf.Tensor, normalized: bool
    ) -> Trajectory:
        """Refines G(x) (Eq. 7-9) and returns every output on the way.

        Args:
          x: Inputs of any numeric type, `[B, ...]`.
          step_size: The step size eta.
          steps: The number of steps T; 0 gives G(x) and its score.
          normalized: Whether to follow Eq. 9 rather than Eq. 8.

        Returns:
          Outputs `[T + 1, B, ...]` and scores `[T + 1, B]` or `[T + 1, B, H, W]`.

        Raises:
          UsageError: The method has no discriminator.
        """
        self.require_discriminator()
        return self._walk(x, step_size, steps, normalized, tuple(x.shape[1:]))

    @tf.function(reduce_retracing=True, autograph=False)
    def _walk(
        self,
        x: tf.Tensor,
        step_size: tf.Tensor,
        steps: tf.Tensor,
        normalized: bool,
        shape: tuple[int, ...],
    ) -> Trajectory:
        # Each shape of an input has a trace of its own: the batch alone is relaxed, and
        # not the size of images, which networks need.
        del shape
        x = tf.cast(x, tf.float32)
        logits = self.generator(x, training=False)
        return refinement.walk(
            self.score(x, logits),
            self.space.activation(logits),
            step_size=step_size,
            steps=steps,
            normalized=normalized,
            project=self.space.project,
            move=self.space.move_of(self.method),
        )

    def score(self, x: tf.Tensor, generator_logits: tf.Tensor | None = None) -> Score:
        """Returns D(x, .) as a function of y; D's features of x are computed once.

        Args:
          x: Inputs, `[B, ...]`.
          generator_logits: G's logits of `x`; computed if D is conditioned on them and
            they are not given.
        """
        logits = self.logits_for(tf.cast(x, tf.float32), generator_logits)
        return lambda y: self.method.score(logits(y))

    def logits_for(
        self, x: tf.Tensor, generator_logits: tf.Tensor | None = None
    ) -> Score:
        """Returns D's logits for x as a function of y (see `score`).

        Args:
          x: Inputs, `[B, ...]`, in single precision.
          generator_logits: G's logits of `x`; computed if need be.
        """
        discriminator = self.require_discriminator()
        features = self.features(x, generator_logits)
        return lambda y: discriminator.logits(features, y)

    def features(
        self,
        x: tf.Tensor,
        generator_logits: tf.Tensor | None = None,
        training: bool = False,
    ) -> Any:
        """Returns D's features of x, conditioned on G's logits if D requires them.

        Args:
          x: Inputs, `[B, ...]`.
          generator_logits: G's logits of `x`; computed where they are not given.
          training: Whether D's layers behave as in training.
        """
        discriminator = self.require_discriminator()
        features = discriminator.features(x, training=training)
        if not discriminator.is_conditioned:
            return features
        if generator_logits is None:
            generator_logits = self.generator(x, training=False)
        return discriminator.condition_on(features, tf.stop_gradient(generator_logits))

    def require_discriminator(self) -> Discriminator:
        """Returns the discriminator.

        Raises:
          UsageError: The method has none.
        """
        if self.discriminator is None:
            raise UsageError(
                f"Method {self.method.name!r} has no discriminator to refine with."
            )
        return self.discriminator
