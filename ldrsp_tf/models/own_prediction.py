"""What a discriminator would answer itself, as a generator."""

import keras
import tensorflow as tf

from ldrsp_tf.errors import UsageError
from ldrsp_tf.models.constant import ConstantOutput
from ldrsp_tf.models.discriminator import Discriminator
from ldrsp_tf.spaces import OutputSpace


class OwnPrediction(keras.Model):
    """Maps x to the output that D believes in, before it has seen one.

    Trained as any generator, it pretrains D. As it is, it is the cheapest control of a
    refinement: whether D is worth more than a second predictor.

    Args:
      discriminator: One that answers; with the oracle's shape, say.
      generator: What the discriminator is informed by; it is left as it is.
      space: Says which output says nothing yet.
      shape: Of one output.

    Raises:
      UsageError: The discriminator scores outputs only.
    """

    def __init__(
        self,
        discriminator: Discriminator,
        generator: keras.Model,
        space: OutputSpace,
        shape: tuple[int, ...],
        **kwargs,
    ):
        if not discriminator.answers:
            raise UsageError(
                f"A {type(discriminator).__name__} of this kind scores outputs and has "
                "none of its own; give it a head with the oracle's shape."
            )
        super().__init__(**{"dtype": "float32", **kwargs})
        self.discriminator = discriminator
        self.generator = generator
        self._blank = ConstantOutput(shape, space.blank_logit)
        self._space = space

    @property
    def trainable_variables(self) -> list[keras.Variable]:
        """Those of the discriminator."""
        return self.discriminator.trainable_variables

    @property
    def variables(self) -> list[keras.Variable]:
        """Those of the discriminator: the generator is another's to keep."""
        return self.discriminator.variables

    def call(self, x: tf.Tensor, training: bool = False) -> tf.Tensor:
        """Logits of an output, `[B, ...]`, of inputs `[B, ...]`."""
        features = self.discriminator.features(x, training)
        if self.discriminator.is_informed:
            logits = tf.stop_gradient(self.generator(x))
            features = self.discriminator.inform(features, logits)
        blank = self._space.activation(self._blank(x))
        return self.discriminator.own_logits(features, blank, training)
