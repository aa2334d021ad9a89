"""A first call of a network as in training."""

from typing import Any

import keras

from ldrsp_tf.training.kept_values import KeptValues


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
