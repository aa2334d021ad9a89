"""PRLR: a linear classifier that is fitted by EM with a posterior regularizer.

Lin, Singh, He, Taskar & Zettlemoyer, "Multi-Label Learning with Posterior
Regularization", 2014. It is a reconstruction: the abstract and the framework of Ganchev
et al. (2010) were at hand, the text of the paper was not.
"""

from collections.abc import Sequence

import keras
import numpy as np
import tensorflow as tf

from experiments.fits.own_fit import OwnFit
from experiments.fits.posterior_regularization import (
    LinearState,
    cross_entropy,
    e_step,
    m_step,
    nuclear_norm,
    sigmoid,
)
from experiments.tasks.config import Config
from experiments.tasks.tag_config import TagConfig
from ldrsp_tf.data.examples import Examples
from ldrsp_tf.spaces.base import OutputSpace

_LEARNING_RATE = 0.1
# The sums of squared gradients that Adagrad starts from, so that a weight's first step
# is not of full length however small its gradient.
_FIRST_SQUARES = 0.1


class PosteriorFit(OwnFit):
    """Rounds of EM: an epoch is an E-step on all rows and an M-step.

    Args:
      config: The settings of the run.
      space: The output space.
      examples: Examples of features `[N, F]` and tags `[N, L]`.
    """

    config: TagConfig

    def __init__(self, config: TagConfig, space: OutputSpace, examples: Examples):
        super().__init__(config, space, examples)
        self._variables = [keras.Variable(part) for part in self._initial_state()]

    @property
    def variables(self) -> Sequence[keras.Variable]:
        """The parts of a `LinearState`; Q follows from them."""
        return self._variables

    def reset(self) -> None:
        """Returns to weights of 0."""
        self._assign(self._initial_state())

    def train_epoch(self, x: tf.Tensor, y: tf.Tensor, epoch: int) -> dict[str, float]:
        """Does a round of EM; before the first, the classifier learns the tags alone.

        Args:
          x: Features, `[N, F]`.
          y: Observed tags, `[N, L]`.
          epoch: The number of rounds before this one.

        Returns:
          The cross-entropy of P to Q, summed over the labels, and the nuclear norm and
          the sum of Q; each divided by the number of rows.
        """
        settings, state = self.config.posterior, self._state
        features, observed = np.asarray(x, np.float32), np.asarray(y, np.float32)
        if epoch == 0:
            orders = self._orders(len(features), 0, settings.start_epochs)
            state = self._m_step(state, features, observed, orders)
        q = e_step(
            state.logits(features),
            observed,
            settings.nuclear_weight,
            settings.sparsity_weight,
        ).q
        orders = self._orders(len(features), epoch + 1, settings.m_step_epochs)
        state = self._m_step(state, features, q, orders)
        self._assign(state)
        rows = len(features)
        return {
            "surrogate_loss": cross_entropy(q, state.logits(features)) / rows,
            "nuclear_norm": nuclear_norm(q) / rows,
            "expected_tags": float(q.sum()) / rows,
        }

    def outputs(self, x: np.ndarray) -> np.ndarray:
        """Returns the tag probabilities of features `[N, F]`."""
        return sigmoid(self._state.logits(np.asarray(x, np.float32)))

    @property
    def _state(self) -> LinearState:
        return LinearState(*(variable.numpy() for variable in self._variables))

    def _initial_state(self) -> LinearState:
        (features,), (labels,) = self.shapes
        shapes = (features, labels), (labels,)
        return LinearState(
            *(np.zeros(shape, np.float32) for shape in shapes),
            *(np.full(shape, _FIRST_SQUARES, np.float32) for shape in shapes),
        )

    def _assign(self, state: LinearState) -> None:
        for variable, part in zip(self._variables, state, strict=True):
            variable.assign(part)

    def _orders(self, rows: int, number: int, epochs: int) -> np.ndarray:
        """Returns the orders of the rows in the epochs of an M-step, by its number."""
        random = np.random.default_rng((self.config.seed, 2, number))
        orders = [random.permutation(rows) for _ in range(epochs)]
        return np.array(orders, int).reshape(epochs, rows)

    def _m_step(
        self, state: LinearState, x: np.ndarray, q: np.ndarray, orders: np.ndarray
    ) -> LinearState:
        return m_step(
            state,
            x,
            q,
            orders,
            l2_weight=self.config.posterior.l2_weight,
            learning_rate=_LEARNING_RATE,
            batch_size=self.config.training.batch_size,
        )


def build(config: Config, space: OutputSpace, examples: Examples) -> PosteriorFit:
    """Builds the fit in its initial state.

    Args:
      config: The settings of the run.
      space: The output space.
      examples: Examples of the shapes of the data.
    """
    assert isinstance(config, TagConfig)  # The recipe is of no other family.
    return PosteriorFit(config, space, examples)
