"""Training of the pattern potentials on masks alone: persistent contrastive divergence.

Tieleman (2008), with the penalty on hidden units that are often on (Li et al., 2013).
"""

import numpy as np
from scipy.special import expit

from experiments.fits.chopps.rbm import Rbm, draw, initial_rbm

_BATCH_SIZE = 40
_CHAINS = 100
_LEARNING_RATE = 0.1
_SPARSITY = 0.1  # The share of masks that a hidden unit should be on for,
_SPARSITY_WEIGHT = 0.1
_ACTIVITY_DECAY = 0.9  # which is estimated by a running mean.
_WEIGHT_LIMIT = 5.0
_BIAS_LIMIT = 8.0


def moments(rbm: Rbm, y: np.ndarray) -> Rbm:
    """Returns the mean of y h', y and h over masks, with h by its probabilities.

    Args:
      rbm: The machine.
      y: Masks of 0 and 1, `[B, D]`.
    """
    h = rbm.hidden_probabilities(y)
    return Rbm(y.T @ h / len(y), y.mean(0), h.mean(0))


def gibbs_step(rbm: Rbm, y: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Draws hidden units given masks `[B, D]`, and masks given these."""
    h = draw(rbm.hidden_probabilities(y), rng)
    return draw(expit(rbm.visible_gains(h)), rng)


def train_rbm(
    masks: np.ndarray, hidden: int, updates: int, rng: np.random.Generator
) -> Rbm:
    """Trains a machine on masks.

    Args:
      masks: Masks of 0 and 1, `[N, D]`.
      hidden: The number of hidden units.
      updates: The number of updates, each on a batch of masks.
      rng: The generator of weights, batches and chains.
    """
    masks = masks.astype(np.float32)
    rbm = initial_rbm(masks.shape[1], hidden, rng)
    chains = np.zeros((_CHAINS, masks.shape[1]), np.float32)
    activity: np.ndarray = np.full(hidden, _SPARSITY, np.float32)
    order = np.empty(0, int)
    for _ in range(updates):
        if not len(order):
            order = rng.permutation(len(masks))
        batch, order = masks[order[:_BATCH_SIZE]], order[_BATCH_SIZE:]
        chains = gibbs_step(rbm, chains, rng)
        data, model = moments(rbm, batch), moments(rbm, chains)
        activity = _ACTIVITY_DECAY * activity + (1 - _ACTIVITY_DECAY) * data.hidden
        excess = _SPARSITY_WEIGHT * (activity - _SPARSITY)
        change = Rbm(
            data.weights - model.weights - np.outer(model.visible, excess),
            data.visible - model.visible,
            data.hidden - model.hidden - excess,
        )
        rbm = _limited(rbm.plus(_LEARNING_RATE, change))
    return rbm


def _limited(rbm: Rbm) -> Rbm:
    """Clips parameters, so that no unit becomes deterministic."""
    return Rbm(
        np.clip(rbm.weights, -_WEIGHT_LIMIT, _WEIGHT_LIMIT),
        np.clip(rbm.visible, -_BIAS_LIMIT, _BIAS_LIMIT),
        np.clip(rbm.hidden, -_BIAS_LIMIT, _BIAS_LIMIT),
    )
