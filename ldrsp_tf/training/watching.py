"""The variables that a gradient tape has to watch."""

import keras
import tensorflow as tf


def watch_trainable(tape: tf.GradientTape, network: keras.Model) -> None:
    """Makes a tape watch the trainable variables that it does not by itself.

    Those of a layer that was frozen when Keras made them, and is trainable now, may be
    trainable for Keras, but not for TensorFlow.

    Args:
      tape: The tape, which records.
      network: The network.
    """
    for variable in network.trainable_variables:
        if not variable.value.trainable:
            tape.watch(variable.value)
