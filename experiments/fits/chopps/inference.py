"""The maximization of the score of masks by EM with graph cuts."""

import numpy as np

from experiments.fits.chopps.graph_cut import GridCut
from experiments.fits.chopps.potentials import Potentials
from experiments.fits.chopps.rbm import Rbm

MAX_ROUNDS = 50


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
