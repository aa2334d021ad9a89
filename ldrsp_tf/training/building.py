"""The first calls of both networks, which create their variables."""

from typing import Any

import keras
import tensorflow as tf

from ldrsp_tf import refinement
from ldrsp_tf.errors import UsageError
from ldrsp_tf.prediction.network_pair import NetworkPair
from ldrsp_tf.training.kept_values import KeptValues


def build_generator(generator: keras.Model, x: tf.Tensor, y: tf.Tensor) -> None:
    """Creates the variables of a generator.

    Args:
      generator: The generator.
      x: Inputs of a batch, `[B, ...]`.
      y: True outputs, `[B, ...]`.

    Raises:
      UsageError: Its outputs have another shape than the true ones.
    """
    logits = generator(x[:1])
    if logits.shape != y[:1].shape:
        raise UsageError(
            f"The generator makes outputs of shape {tuple(logits.shape[1:])} where "
            f"the data has {tuple(y.shape[1:])}."
        )
    if generator.trainable_variables:  # It is called as in prediction without any.
        call_as_in_training(generator, x)


def build_discriminator(pair: NetworkPair, x: tf.Tensor, y: tf.Tensor) -> None:
    """Creates the variables of a pair's discriminator.

    Args:
      pair: The networks, with a generator that is built.
      x: Inputs of a batch, `[B, ...]`.
      y: True outputs, `[B, ...]`.

    Raises:
      UsageError: Its scores have another shape than the oracle's values, or no gradient
        with respect to y.
    """
    discriminator = pair.require_discriminator()
    # First, since it builds all layers: Keras runs a network with others once more.
    # Refuses a D without a gradient.
    refinement.score_and_gradient(pair.score(x[:1]), y[:1])
    # By a call, which marks a Keras network as built.
    condition = (pair.generator(x),) if discriminator.is_conditioned else ()
    inputs = (x, y, *condition)
    scores = discriminator(tuple(part[:1] for part in inputs))
    expected = pair.oracle(y[:1], y[:1]).shape
    if scores.shape != expected:
        raise UsageError(
            f"The discriminator's scores have shape {tuple(scores.shape)} "
            f"where the oracle's values have {tuple(expected)}."
        )
    call_as_in_training(discriminator, inputs)


def call_as_in_training(network: keras.Model, inputs: Any) -> None:
    """Creates the variables of layers that run in training alone.

    Optimizers and checkpoints have to know them before the training. The variables
    that exist keep their values, such as averages and random streams.

    Args:
      network: A network that was called as in prediction.
      inputs: The inputs of a batch.
    """
    before = KeptValues(network.variables)
    try:
        network(inputs, training=True)
    finally:
        before.put_back()
