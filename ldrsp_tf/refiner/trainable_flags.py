"""The layers of a network that are frozen, as JSON beside Keras' own file.

Keras keeps the flags of functional and sequential models. A subclassed network is made
again by its constructor, which knows nothing of them.
"""

from collections.abc import Sequence

import keras


def trainable_flags(network: keras.Model) -> list[bool]:
    """Returns whether each layer is trainable, those within layers after these.

    Args:
      network: A built network.
    """
    return [bool(layer.trainable) for layer in network._flatten_layers()]


def set_trainable_flags(network: keras.Model, flags: Sequence[bool]) -> None:
    """Freezes and thaws the layers of a network as another one's of its kind were.

    Args:
      network: A built network.
      flags: Those of `trainable_flags`; of another number of layers, they are not of
        this network, and are left out.
    """
    layers = list(network._flatten_layers())
    if len(layers) != len(flags):
        return
    # A layer passes its flag on to those within it, which have their turn later.
    for layer, flag in zip(layers, flags):
        layer.trainable = flag
