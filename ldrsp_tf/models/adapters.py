"""Networks in the place of others: adapters that a trainer takes for G or D."""

from typing import Any

import keras
import numpy as np
import tensorflow as tf

from ldrsp_tf.data.folds import without_fold
from ldrsp_tf.errors import UsageError
from ldrsp_tf.models.discriminator import Discriminator
from ldrsp_tf.spaces.base import OutputSpace

GIVES = ("logits", "probabilities")


_ROUNDING = 1e-3  # Of probabilities in half precision.


# Probabilities nearer to 0 or 1 would have logits that no step can leave.
_MARGIN = 1e-6


def require_gives(gives: str) -> None:
    """Refuses what a model cannot give.

    Raises:
      UsageError: It is none of `GIVES`.
    """
    if gives not in GIVES:
        raise UsageError(
            f"A generator gives {' or '.join(GIVES)}, not {gives!r}; say which."
        )


class GeneratorAdapter(keras.Model):
    """Gives the logits that a trainer expects, whatever the model gives.

    Args:
      model: Any Keras model of one input; its one output has the shape of the true
        outputs, or, for masks of two classes, one channel, which is the foreground's.
      gives: "logits", or "probabilities" (of a sigmoid or softmax).
      frozen: Leaves the model as it is: D alone is trained, and layers such as batch
        normalisation and dropout behave as in prediction.
      channels: Channels that an output must have; 2 makes two of one.

    Raises:
      UsageError: `gives` is none of `GIVES`; the model has several inputs.
    """

    def __init__(
        self,
        model: keras.Model,
        gives: str = "logits",
        frozen: bool = False,
        channels: int | None = None,
        **kwargs,
    ):
        require_gives(gives)
        _require_one_input(model)
        # A low precision set for all of Keras must not round the model's inputs.
        super().__init__(**{"dtype": "float32", **kwargs})
        self.model = model
        self.gives = gives
        self._channels = channels
        self._frozen = frozen

    @property
    def trainable_variables(self) -> list[keras.Variable]:
        """None of a frozen model, whose own flags stay as the user set them."""
        return [] if self._frozen else super().trainable_variables

    def call(self, x: tf.Tensor, training: bool = False) -> tf.Tensor:
        """Logits `[B, ...]` of inputs `[B, ...]`, in single precision.

        Raises:
          UsageError: The model has several outputs, or gives no probabilities although
            it should (which is seen outside of compiled functions only).
        """
        outputs = self.model(x, training=training)
        if not tf.is_tensor(outputs):
            raise UsageError(
                f"The generator gives a {type(outputs).__name__} of outputs: wrap it "
                "in a model that gives one tensor."
            )
        outputs = tf.cast(outputs, tf.float32)
        if self.gives == "probabilities" and tf.executing_eagerly():
            _require_probabilities(outputs.numpy())
        two_of_one = self._channels == 2 and outputs.shape[-1] == 1
        if self.gives == "logits":
            logits = outputs
        elif outputs.shape.rank == 2 or two_of_one:
            p = tf.clip_by_value(outputs, _MARGIN, 1.0 - _MARGIN)
            logits = tf.math.log(p) - tf.math.log1p(-p)
        else:
            logits = tf.math.log(tf.maximum(outputs, _MARGIN))
        if two_of_one:
            # softmax(0, l) is sigmoid(l).
            return tf.concat([tf.zeros_like(logits), logits], -1)
        return logits


def _require_one_input(model: keras.Model) -> None:
    # A sequential model has one, but does not say so before it is built.
    if isinstance(model, keras.Sequential):
        return
    number = len(getattr(model, "inputs", None) or [None])
    if number > 1:
        raise UsageError(
            f"The generator has {number} inputs: wrap it in a model that takes one."
        )


def _require_probabilities(outputs: np.ndarray) -> None:
    if outputs.min() < -_ROUNDING or outputs.max() > 1.0 + _ROUNDING:
        raise UsageError(
            f"The generator gives values from {outputs.min():g} to {outputs.max():g}, "
            'which are no probabilities; say gives="logits".'
        )


@keras.saving.register_keras_serializable(package="ldrsp_tf")
class ConstantOutput(keras.Model):
    """The same logits for every input: DVN and SPEN refine from a fixed point.

    Args:
      shape: Of one output: `(L,)`, or `(H, W, C)` for maps, which are made as high and
        wide as the input is.
      logit: The value of every entry.
    """

    def __init__(self, shape: tuple[int, ...], logit: float, **kwargs):
        super().__init__(**kwargs)
        self._shape = tuple(shape)
        self._logit = logit

    def call(self, x: tf.Tensor, training: bool = False) -> tf.Tensor:
        """Logits `[B, ...]` for inputs `[B, ...]`."""
        del training
        if len(self._shape) == 3:
            size = tf.concat([tf.shape(x)[:-1], self._shape[-1:]], 0)
            static = [*x.shape[:-1], self._shape[-1]]
        else:
            size = tf.concat([tf.shape(x)[:1], self._shape], 0)
            static = [x.shape[0], *self._shape]
        return tf.ensure_shape(tf.fill(size, self._logit), static)


class DiscriminatorAsGenerator(keras.Model):
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
        if not discriminator.can_predict:
            raise UsageError(
                f"A {type(discriminator).__name__} of this kind scores outputs and has "
                "none of its own; give it a head with the oracle's shape."
            )
        super().__init__(**{"dtype": "float32", **kwargs})
        self.discriminator = discriminator
        self.generator = generator
        self._blank = ConstantOutput(shape, space.initial_logit)
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
        if self.discriminator.is_conditioned:
            logits = tf.stop_gradient(self.generator(x))
            features = self.discriminator.condition_on(features, logits)
        blank = self._space.activation(self._blank(x))
        return self.discriminator.predict_logits(features, blank, training)


class DropFoldChannel(Discriminator):
    """A discriminator that is not shown the fold of an input.

    Args:
      discriminator: What it does is what this one does.
      channels: F, the size of the last axis of an input without a fold.
    """

    def __init__(self, discriminator: Discriminator, channels: int, **kwargs):
        super().__init__(**kwargs)
        self.discriminator = discriminator
        self.is_conditioned = discriminator.is_conditioned
        self.can_predict = discriminator.can_predict
        self._channels = channels

    def call(self, inputs: tuple[tf.Tensor, ...], training: bool = False):
        """Scores of the input without its fold."""
        x, *others = inputs
        x = without_fold(x, self._channels)
        return self.discriminator((x, *others), training=training)

    def features(self, x: tf.Tensor, training: bool = False) -> Any:
        """Those of the input without its fold."""
        x = without_fold(x, self._channels)
        return self.discriminator.features(x, training)

    def condition_on(self, features: Any, generator_logits: tf.Tensor) -> Any:
        """As the discriminator."""
        return self.discriminator.condition_on(features, generator_logits)

    def predict_logits(
        self, features: Any, y: tf.Tensor, training: bool = False
    ) -> tf.Tensor:
        """As the discriminator."""
        return self.discriminator.predict_logits(features, y, training)

    def logits(self, features: Any, y: tf.Tensor, training: bool = False) -> tf.Tensor:
        """As the discriminator."""
        return self.discriminator.logits(features, y, training)
