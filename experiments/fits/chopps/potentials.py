"""The potentials of images and their weights."""

from typing import NamedTuple

import numpy as np

from experiments.fits.chopps.pairwise import EdgeWeights, edge_weights

# Of the boundary's cost, the share that no contrast removes.
_CONSTANT_COST = 0.2


class Potentials(NamedTuple):
    """The image-dependent part of the score, weighted.

    Attributes:
      unary: The gain of each pixel as foreground, `[N, H, W]`.
      pairwise: The costs of boundaries, of N images.
    """

    unary: np.ndarray
    pairwise: EdgeWeights

    def times(self, factor: float) -> "Potentials":
        """Returns the potentials, multiplied."""
        return Potentials(factor * self.unary, self.pairwise.times(factor))

    def take(self, rows: np.ndarray) -> "Potentials":
        """Returns the potentials of those images."""
        return Potentials(
            self.unary[rows], EdgeWeights(*(part[rows] for part in self.pairwise))
        )

    def in_single_precision(self) -> "Potentials":
        """Returns the potentials as numbers of 32 bits."""
        right, down = (part.astype(np.float32) for part in self.pairwise)
        return Potentials(self.unary.astype(np.float32), EdgeWeights(right, down))


class Weights(NamedTuple):
    """The numbers of the score that validation chooses.

    Attributes:
      contrast: The difference of colors that counts as a boundary (sigma).
      boundary: The weight of boundaries beside the unary potentials (mu).
      image: The weight of the image beside the patterns (lambda).
    """

    contrast: float
    boundary: float
    image: float


def weighted(unary: np.ndarray, images: np.ndarray, weights: Weights) -> Potentials:
    """Returns the weighted potentials of images.

    Args:
      unary: The unary potentials, `[N, H, W]`.
      images: The images, values in [0, 1], `[N, H, W, 3]`.
      weights: The weights.
    """
    costs = edge_weights(images, weights.contrast, _CONSTANT_COST)
    return Potentials(unary, costs.times(weights.boundary)).times(weights.image)
