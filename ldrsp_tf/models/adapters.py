"""Networks in the place of others: adapters that a trainer takes for G or D."""

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from ldrsp_tf.errors import UsageError, kind_of
from ldrsp_tf.metrics.checks import ROUNDING
from ldrsp_tf.models.chosen_weights import ChosenWeights
from ldrsp_tf.models.discriminator import Discriminator
from ldrsp_tf.models.fold_channel import without_fold
from ldrsp_tf.models.graph_ends import graph_ends


class GeneratorAdapter(ChosenWeights):
    """A user's Keras model as a generator that outputs logits.

    Args:
      model: Any Keras model of one input and one output.
      to_logits: A function from the model's outputs, `[B, ...]` in single precision, to
        logits of the true outputs' shape.
      from_logits: Whether the model outputs logits; if not, its outputs have to be
        probabilities.
      frozen: Whether the model is left as it is: D alone is trained, and layers such as
        batch normalization and dropout behave as in prediction.

    Raises:
      UsageError: The model has several inputs.
    """

    def __init__(
        self,
        model: keras.Model,
        to_logits: Callable[[tf.Tensor], tf.Tensor],
        from_logits: bool = True,
        frozen: bool = False,
        **kwargs: Any,
    ):
        _require_one_input(model)
        # A low precision set for all of Keras must not round the model's inputs.
        super().__init__(**{"dtype": "float32", **kwargs})
        self.model = model
        self.from_logits = from_logits
        self._to_logits = to_logits
        self._frozen = frozen

    @property
    def trainable_weights(self) -> list[keras.Variable]:
        """The weights that Keras' `fit` would train, which the model may choose itself.

        There are none of a frozen one, whose flags stay.
        """
        return [] if self._frozen else list(self.model.trainable_weights)

    def call(self, x: tf.Tensor, training: bool = False) -> tf.Tensor:
        """Returns logits `[B, ...]` of inputs `[B, ...]`, in single precision.

        Raises:
          UsageError: The model has several outputs, or its outputs are no probabilities
            although they should be (which is checked outside of compiled functions).
        """
        outputs = self.model(x, training=training)
        if not tf.is_tensor(outputs):
            raise UsageError(
                f"The generator gives {kind_of(outputs)} of outputs: wrap it in a "
                "model that gives one tensor."
            )
        outputs = tf.cast(outputs, tf.float32)
        if not self.from_logits and tf.executing_eagerly():
            _require_probabilities(outputs.numpy())
        return self._to_logits(outputs)


def _require_one_input(model: keras.Model) -> None:
    number = len(graph_ends(model, "inputs"))
    if number > 1:
        raise UsageError(
            f"The generator has {number} inputs: wrap it in a model that takes one."
        )


def _require_probabilities(outputs: np.ndarray) -> None:
    if outputs.min() < -ROUNDING or outputs.max() > 1.0 + ROUNDING:
        raise UsageError(
            f"The generator gives values from {outputs.min():g} to {outputs.max():g}, "
            "which are no probabilities; say from_logits=True."
        )


@keras.saving.register_keras_serializable(package="ldrsp_tf")
class ConstantOutput(keras.Model):
    """A network with the same logits for every input, where DVN and SPEN start to walk.

    Args:
      shape: The shape of one output: `(L,)`, or `(H, W, C)` for maps, which are made as
        high and wide as the input is.
      logit: The value of every entry, or those along the last axis.
    """

    def __init__(
        self, shape: tuple[int, ...], logit: float | tuple[float, ...], **kwargs: Any
    ):
        super().__init__(**kwargs)
        self._shape = tuple(shape)
        self._logit = logit

    def call(self, x: tf.Tensor, training: bool = False) -> tf.Tensor:
        """Returns logits `[B, ...]` for inputs `[B, ...]`."""
        del training
        if len(self._shape) > 1:
            size = tf.concat([tf.shape(x)[:-1], self._shape[-1:]], 0)
            static = [*x.shape[:-1], self._shape[-1]]
        else:
            size = tf.concat([tf.shape(x)[:1], self._shape], 0)
            static = [x.shape[0], *self._shape]
        return tf.ensure_shape(
            tf.broadcast_to(tf.constant(self._logit, tf.float32), size), static
        )


class DiscriminatorAsGenerator(keras.Model):
    """The output that D itself predicts for x.

    Trained as any generator, it pretrains D. As it is, it is the cheapest control of a
    refinement: it shows whether D is worth more than a second predictor.

    Args:
      discriminator: A discriminator that predicts (`Discriminator.can_predict`).
      generator: The generator whose logits condition the discriminator; it is left as
        it is, and its layers behave as in prediction, where D will refine its outputs.
      initial_logits: A network of the logits of the output that D scores while it
        predicts.
      activation: The activation of the output space.

    Raises:
      UsageError: The discriminator scores outputs only.
    """

    def __init__(
        self,
        discriminator: Discriminator,
        generator: keras.Model,
        initial_logits: ConstantOutput,
        activation: Callable[[tf.Tensor], tf.Tensor],
        **kwargs: Any,
    ):
        if not discriminator.can_predict:
            raise UsageError(
                f"A {type(discriminator).__name__} of this kind scores outputs and has "
                "none of its own; give it a head with the oracle's shape."
            )
        super().__init__(**{"dtype": "float32", **kwargs})
        self.discriminator = discriminator
        self.generator = generator
        self._initial_logits = initial_logits
        self._activation = activation

    def build(self, x_shape: tuple[int | None, ...]) -> None:
        """Creates nothing: the parts have their own variables.

        Without it Keras warns of a generator that was not called yet, and that a
        discriminator that is not conditioned does not call.

        Args:
          x_shape: The shape of inputs.
        """

    @property
    def trainable_variables(self) -> list[keras.Variable]:
        """The trainable variables of the discriminator."""
        return self.discriminator.trainable_variables

    @property
    def losses(self) -> list[tf.Tensor]:
        """The losses of the discriminator's own, without those of the generator."""
        return self.discriminator.losses

    def call(self, x: tf.Tensor, training: bool = False) -> tf.Tensor:
        """Returns logits of an output, `[B, ...]`, of inputs `[B, ...]`."""
        features = self.discriminator.features(x, training)
        if self.discriminator.is_conditioned:
            logits = tf.stop_gradient(self.generator(x, training=False))
            features = self.discriminator.condition_on(features, logits)
        initial = self._activation(self._initial_logits(x))
        return self.discriminator.predict_logits(features, initial, training)


class DropFoldChannel(Discriminator):
    """A discriminator whose inputs lose their fold channel first.

    Args:
      discriminator: The discriminator of inputs without a fold.
      channels: F, the size of the last axis of an input without a fold.
    """

    def __init__(self, discriminator: Discriminator, channels: int, **kwargs: Any):
        super().__init__(**kwargs)
        self.discriminator = discriminator
        self.is_conditioned = discriminator.is_conditioned
        self.can_predict = discriminator.can_predict
        self._channels = channels

    @property
    def trainable_weights(self) -> list[keras.Variable]:
        """The trainable weights of the discriminator, which may choose them itself."""
        return self.discriminator.trainable_weights

    def check_batch(self, examples: int) -> None:
        """Refuses batches that are too small for the discriminator."""
        self.discriminator.check_batch(examples)

    def call(self, inputs: tuple[tf.Tensor, ...], training: bool = False) -> tf.Tensor:
        """Returns scores of the inputs without their folds."""
        x, *others = inputs
        x = without_fold(x, self._channels)
        return self.discriminator((x, *others), training=training)

    def features(self, x: tf.Tensor, training: bool = False) -> Any:
        """Returns features of the inputs without their folds."""
        x = without_fold(x, self._channels)
        return self.discriminator.features(x, training)

    def condition_on(self, features: Any, generator_logits: tf.Tensor) -> Any:
        """Returns the discriminator's conditioned features."""
        return self.discriminator.condition_on(features, generator_logits)

    def predict_logits(
        self, features: Any, y: tf.Tensor, training: bool = False
    ) -> tf.Tensor:
        """Returns the discriminator's logits of its own prediction."""
        return self.discriminator.predict_logits(features, y, training)

    def logits(self, features: Any, y: tf.Tensor, training: bool = False) -> tf.Tensor:
        """Returns the discriminator's logits of y."""
        return self.discriminator.logits(features, y, training)
