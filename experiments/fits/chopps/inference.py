"""The score of masks, and its maximization by EM with graph cuts."""

import numpy as np

from experiments.fits.chopps.graph_cut import GridCut
from experiments.fits.chopps.pairwise import boundary_cost
from experiments.fits.chopps.potentials import Potentials
from experiments.fits.chopps.rbm import Rbm

MAX_ROUNDS = 50


def score(y: np.ndarray, potentials: Potentials, rbm: Rbm) -> np.ndarray:
    """Returns the score of masks with the hidden units summed out, `[N]`.

    Args:
      y: Masks of 0 and 1, `[N, H, W]`.
      potentials: The potentials of their images.
      rbm: The pattern potentials.
    """
    unary = np.sum(potentials.unary * y, axis=(-2, -1))
    patterns = rbm.pattern_score(y.reshape(len(y), -1).astype(np.float32))
    return unary - boundary_cost(y, potentials.pairwise) + patterns


def cut_masks(potentials: Potentials) -> np.ndarray:
    """Returns the best mask of each image without patterns, bool, `[N, H, W]`."""
    cut = GridCut(*potentials.unary.shape[1:])
    return np.stack(
        [
            cut.best_mask(unary, potentials.pairwise.of_image(number))
            for number, unary in enumerate(potentials.unary)
        ]
    )


def infer(potentials: Potentials, rbm: Rbm, start: np.ndarray) -> np.ndarray:
    """Finds masks of a high score, one an image, by EM.

    The E-step takes the hidden units' probabilities given the mask; with these, the
    patterns' bound is linear in the mask, and a graph cut maximizes the score's bound
    in the M-step. So no round lowers the score. It ends where the mask stays.

    Args:
      potentials: The potentials of N images.
      rbm: The pattern potentials.
      start: The first masks, `[N, H, W]`.

    Returns:
      Masks, bool, `[N, H, W]`.
    """
    cut = GridCut(*start.shape[1:])
    masks = np.array(start, bool)
    for number, unary in enumerate(potentials.unary):
        pairwise = potentials.pairwise.of_image(number)
        mask = masks[number]
        for _ in range(MAX_ROUNDS):
            h = rbm.hidden_probabilities(mask.ravel().astype(np.float32))
            gains = unary + rbm.visible_gains(h).reshape(unary.shape)
            before, mask = mask, cut.best_mask(gains, pairwise)
            if np.array_equal(before, mask):
                break
        masks[number] = mask
    return masks
