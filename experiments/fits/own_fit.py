"""The interface of a fit that a recipe brings along."""

import abc
import importlib
from collections.abc import Sequence

import keras
import numpy as np
import tensorflow as tf

from experiments.tasks.config import Config
from experiments.tasks.recipes import get_recipe
from ldrsp_tf.data.examples import Examples
from ldrsp_tf.spaces.base import OutputSpace


class OwnFit(abc.ABC):
    """A model with a fit of its own, epoch by epoch, as a run trains it.

    A run validates the state after an epoch, chooses the best one, keeps checkpoints,
    resumes and fits again on all training rows. What is random should be a function of
    the seed and the epoch: then a resumed fit repeats the undisturbed one.

    Args:
      config: The settings of the run.
      space: The output space.
      examples: Examples of the shapes `[N, ...]` that the model is built for.
    """

    # Devices are not shared; a run with a strategy is refused.
    strategy: tf.distribute.Strategy | None = None

    def __init__(self, config: Config, space: OutputSpace, examples: Examples):
        self.config = config
        self.space = space
        self.shapes = examples.x.shape[1:], examples.y.shape[1:]

    @property
    @abc.abstractmethod
    def variables(self) -> Sequence[keras.Variable]:
        """All variables of the state, choices included; a checkpoint holds them.

        Their number and shapes are the same from the beginning to the end.
        """

    @abc.abstractmethod
    def reset(self) -> None:
        """Returns to the initial state before a fit on all rows; choices may stay."""

    @abc.abstractmethod
    def train_epoch(self, x: tf.Tensor, y: tf.Tensor, epoch: int) -> dict[str, float]:
        """Fits for one epoch and returns its losses, which are finite, by name.

        Args:
          x: Inputs, `[N, ...]`, in the data set's small type.
          y: True outputs, `[N, ...]`.
          epoch: The number of epochs before this one; work that comes before the first
            belongs to epoch 0.
        """

    @abc.abstractmethod
    def outputs(self, x: np.ndarray) -> np.ndarray:
        """Returns the relaxed outputs of inputs `[N, ...]`, in [0, 1]."""

    def use_validation(self, validation: Examples) -> None:
        """Receives the validation rows, before a fit that makes choices of its own.

        A fit on all training rows has none: what was chosen has to stay in `variables`.
        """
        del validation

    def set_progress(self, share: float) -> None:
        """Receives the share of the epochs that are done."""
        del share

    def retraining_epochs(self, epochs: int, rows: int, all_rows: int) -> int:
        """Returns the number of epochs of a fit on all training rows.

        Args:
          epochs: The chosen number of epochs.
          rows: The number of rows of the fit that it was chosen in.
          all_rows: The number of all training rows.
        """
        del rows, all_rows
        return epochs


def build_own_fit(config: Config, space: OutputSpace, examples: Examples) -> OwnFit:
    """Builds the fit of the configuration's recipe in its initial state.

    Args:
      config: The settings; their recipe has a fit of its own.
      space: The output space.
      examples: Examples of the shapes that the model is built for.

    Raises:
      UsageError: The settings do not fit the recipe.
    """
    module = get_recipe(config.method).fit
    assert module is not None
    fit: OwnFit = importlib.import_module(module).build(config, space, examples)
    return fit
