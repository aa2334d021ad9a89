"""Losses of a network's own: regularizers, activity losses and `add_loss`."""

import keras
import tensorflow as tf


class OwnLosses:
    """A collector of a network's losses during one training step.

    Keras keeps those of a layer's last call only. A discriminator's layers are called
    several times in a step, also in walks, so that its losses are taken after each part
    of the pass that it is trained by.

    Args:
      network: The network.
    """

    def __init__(self, network: keras.Model):
        self._network = network
        self._losses: list[tf.Tensor] = []
        network._clear_losses()

    def collect(self) -> None:
        """Takes the losses of the calls since the last one, and forgets them."""
        self._losses += _of_calls(self._network)
        self._network._clear_losses()

    def discard(self) -> None:
        """Forgets the losses of the calls since the last ones that were taken."""
        self._network._clear_losses()

    def total(self) -> tf.Tensor | None:
        """Returns the sum with the regularizers of weights; None without any loss."""
        self._network._clear_losses()
        losses = [*self._losses, *self._network.losses]
        return (
            tf.add_n([tf.cast(loss, tf.float32) for loss in losses]) if losses else None
        )


def _of_calls(network: keras.Model) -> list[tf.Tensor]:
    """Returns the losses that the calls of layers have added."""
    losses = list(network.losses)
    network._clear_losses()
    # Those of weights stand at the end, and are there without any call.
    return losses[: len(losses) - len(network.losses)]
