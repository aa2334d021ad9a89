"""Training of the pattern potentials by the expected loss of what they are used for.

The expected loss is E[1 - IOU(y, y*)] over y, h ~ exp(score(y, h | x)). Its gradient is
the covariance of the loss with y h', y and h, here estimated by chains of Gibbs
sampling that go on from update to update (Li et al., 2013).
"""

import numpy as np
from scipy.special import expit

from experiments.fits.chopps.pairwise import EdgeWeights, neighbor_pull
from experiments.fits.chopps.potentials import Potentials
from experiments.fits.chopps.rbm import Rbm, draw

_BATCH_SIZE = 40
_LEARNING_RATE = 10.0


def gibbs_sweep(
    y: np.ndarray, potentials: Potentials, rbm: Rbm, rng: np.random.Generator
) -> np.ndarray:
    """Draws hidden units given y and x, then y given them, one half of it at a time.

    Pixels of one color of a checkerboard are independent given the others.

    Args:
      y: K masks of each of B images, `[B, K, H, W]`.
      potentials: The potentials of the images.
      rbm: The pattern potentials.
      rng: The generator.

    Returns:
      The next masks, `[B, K, H, W]`.
    """
    h = draw(rbm.hidden_probabilities(y.reshape(*y.shape[:2], -1)), rng)
    gains = potentials.unary[:, None] + rbm.visible_gains(h).reshape(y.shape)
    pairwise = EdgeWeights(*(part[:, None] for part in potentials.pairwise))
    row, column = np.indices(y.shape[2:])
    for color in (0, 1):
        drawn = draw(expit(gains + neighbor_pull(y, pairwise)), rng)
        y = np.where((row + column) % 2 == color, drawn, y)
    return y


def expected_loss_gradient(losses: np.ndarray, y: np.ndarray, h: np.ndarray) -> Rbm:
    """Returns an estimate of the gradient of the expected loss by the patterns.

    Args:
      losses: The loss of K samples of each of B images, `[B, K]`.
      y: The sampled masks, `[B, K, D]`.
      h: The hidden units of the samples, or their probabilities given y, `[B, K, J]`.

    Returns:
      The mean over images and samples of (loss - mean loss of the image) times y h', y
      and h: the covariance times (K - 1) / K.
    """
    deviations = (losses - losses.mean(1, keepdims=True)) / losses.size
    weighted = (deviations[..., None] * y).reshape(-1, y.shape[-1])
    flat = h.reshape(-1, h.shape[-1])
    return Rbm(weighted.T @ flat, weighted.sum(0), deviations.ravel() @ flat)


def iou_losses(y: np.ndarray, truth: np.ndarray) -> np.ndarray:
    """Returns 1 - IOU of K masks of each of B images, `[B, K]`.

    Args:
      y: Masks of 0 and 1, `[B, K, H, W]`.
      truth: The true masks, `[B, H, W]`.
    """
    both = np.sum(y * truth[:, None], axis=(-2, -1))
    union = np.sum(np.maximum(y, truth[:, None]), axis=(-2, -1))
    return 1.0 - np.where(union > 0, both / np.maximum(union, 1), 1.0)


def train_passes(
    rbm: Rbm,
    potentials: Potentials,
    truth: np.ndarray,
    start: np.ndarray,
    passes: int,
    samples: int,
    rng: np.random.Generator,
) -> tuple[Rbm, float]:
    """Trains the patterns by stochastic gradient descent.

    Args:
      rbm: The patterns to begin with.
      potentials: The potentials of the training images.
      truth: The true masks, `[N, H, W]`.
      start: The masks at which the chains begin, `[N, H, W]`.
      passes: The number of passes over the images, at least 1.
      samples: The number of chains of an image.
      rng: The generator of batches and chains.

    Returns:
      The patterns, and the mean loss of the samples of the last pass.
    """
    truth = truth.astype(np.float32)
    # The chains are most of the work, and single precision is enough for chances.
    potentials = potentials.in_single_precision()
    chains = np.repeat(start[:, None].astype(np.float32), samples, 1)
    losses = np.empty(chains.shape[:2], np.float32)
    for _ in range(passes):
        for rows in batches(len(truth), rng):
            part = potentials.take(rows)
            chains[rows] = gibbs_sweep(chains[rows], part, rbm, rng)
            losses[rows] = iou_losses(chains[rows], truth[rows])
            y = chains[rows].reshape(len(rows), samples, -1)
            h = draw(rbm.hidden_probabilities(y), rng)
            slope = expected_loss_gradient(losses[rows], y, h)
            rbm = rbm.plus(-_LEARNING_RATE, slope)
    return rbm, float(losses.mean())


def batches(rows: int, rng: np.random.Generator) -> list[np.ndarray]:
    """Returns the rows of each batch of one pass, in a random order."""
    order = rng.permutation(rows)
    return [order[begin : begin + _BATCH_SIZE] for begin in range(0, rows, _BATCH_SIZE)]
