"""G and D together: what they say of inputs, and the walk from one to the other."""

from typing import Any

import keras
import tensorflow as tf

from ldrsp_tf import refinement
from ldrsp_tf.errors import UsageError
from ldrsp_tf.methods import Method
from ldrsp_tf.models.discriminator import Discriminator
from ldrsp_tf.refinement import Trajectory
from ldrsp_tf.spaces.base import OutputSpace


class NetworkPair:
    """A generator and the discriminator that refines what it makes.

    Args:
      generator: Maps x `[B, ...]` to logits of the output.
      discriminator: D; None for a method without one.
      method: Says what D's logits mean.
      space: What an output is.

    Raises:
      UsageError: The method refines, and there is no discriminator.
    """

    predict_batch_size = 1024

    def __init__(
        self,
        generator: keras.Model,
        discriminator: Discriminator | None,
        method: Method,
        space: OutputSpace,
    ):
        if method.has_discriminator and discriminator is None:
            raise UsageError(f"Method {method.name!r} needs a discriminator.")
        self.generator = generator
        self.discriminator = discriminator if method.has_discriminator else None
        self.method = method
        self.space = space
        self.oracle = method.oracle(space)

    def generate(self, x: tf.Tensor) -> tf.Tensor:
        """G(x), `[B, ...]` in [0, 1], of inputs of any numeric type."""
        logits = self.generator(tf.cast(x, tf.float32), training=False)
        return self.space.activation(logits)

    def walk(
        self, x: tf.Tensor, step_size: tf.Tensor, steps: tf.Tensor, normalized: bool
    ) -> Trajectory:
        """Refines G(x) (Eq. 7-9) and returns the whole walk.

        Args:
          x: Inputs of any numeric type, `[B, ...]`.
          step_size: eta.
          steps: T; 0 gives G(x) and its score.
          normalized: Eq. 9 rather than Eq. 8.

        Returns:
          Outputs `[T + 1, B, ...]` and scores `[T + 1, B]` or `[T + 1, B, H, W]`.

        Raises:
          UsageError: The method has no discriminator.
        """
        if self.discriminator is None:
            raise UsageError(
                f"Method {self.method.name!r} has no discriminator to refine with."
            )
        return self._walk(x, step_size, steps, normalized)

    @tf.function(reduce_retracing=True)
    def _walk(
        self, x: tf.Tensor, step_size: tf.Tensor, steps: tf.Tensor, normalized: bool
    ) -> Trajectory:
        x = tf.cast(x, tf.float32)
        logits = self.generator(x, training=False)
        return refinement.walk(
            self.score(x, logits),
            self.space.activation(logits),
            step_size=step_size,
            steps=steps,
            normalized=normalized,
            project=self.space.project,
        )

    def score(
        self, x: tf.Tensor, generator_logits: tf.Tensor | None = None
    ) -> refinement.Score:
        """D(x, .) as a function of y; D's features of x are computed here, once."""
        logits = self.logits_for(tf.cast(x, tf.float32), generator_logits)
        return lambda y: self.method.score(logits(y))

    def logits_for(
        self, x: tf.Tensor, generator_logits: tf.Tensor | None = None
    ) -> refinement.Score:
        """D's logits of outputs for x, as a function of y; x's features once."""
        features = self.features(x, generator_logits)
        return lambda y: self.discriminator.logits(features, y)

    def features(
        self,
        x: tf.Tensor,
        generator_logits: tf.Tensor | None = None,
        training: bool = False,
    ) -> Any:
        """D's features of x, informed by G's logits if D asks for them.

        The logits are computed where they are not given.
        """
        features = self.discriminator.features(x, training=training)
        if not self.discriminator.is_conditioned:
            return features
        if generator_logits is None:
            generator_logits = self.generator(x, training=False)
        return self.discriminator.condition_on(
            features, tf.stop_gradient(generator_logits)
        )
