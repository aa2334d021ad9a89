"""The interface of a trainer for the loop over epochs and for checkpoints."""

from collections.abc import Sequence
from typing import Protocol

import keras
import tensorflow as tf


class Trainable(Protocol):
    """A state that is trained epoch by epoch, such as a `Trainer`."""

    @property
    def strategy(self) -> tf.distribute.Strategy | None:
        """The strategy that the variables belong to; None without one."""

    @property
    def variables(self) -> Sequence[keras.Variable]:
        """All variables of the state; a checkpoint holds their values."""

    def set_progress(self, share: float) -> None:
        """Receives the share of the epochs that are done, before each of them."""

    def train_epoch(self, x: tf.Tensor, y: tf.Tensor, epoch: int) -> dict[str, float]:
        """Trains for one epoch and returns its losses, by name.

        Args:
          x: Inputs, `[N, ...]`.
          y: True outputs, `[N, ...]`.
          epoch: The number of epochs before this one.
        """
