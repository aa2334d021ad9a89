"""Pairwise potentials of neighboring pixels, which a boundary costs."""

from typing import NamedTuple

import numpy as np


class EdgeWeights(NamedTuple):
    """The cost of a boundary between neighbors on a grid.

    Attributes:
      right: The cost between a pixel and the next of its row, `[..., H, W - 1]`.
      down: The cost between a pixel and the next of its column, `[..., H - 1, W]`.
    """

    right: np.ndarray
    down: np.ndarray

    def times(self, factor: float) -> "EdgeWeights":
        """Returns the costs, multiplied."""
        return EdgeWeights(factor * self.right, factor * self.down)

    def of_image(self, number: int) -> "EdgeWeights":
        """Returns the costs of one image of several."""
        return EdgeWeights(self.right[number], self.down[number])


def edge_weights(images: np.ndarray, sigma: float, constant: float) -> EdgeWeights:
    """Returns a constant plus a contrast term (Boykov & Jolly, 2001).

    p_ij = constant + (1 - constant) exp(-||I_i - I_j||^2 / (2 sigma^2)): equal colors
    cost 1, different ones the constant.

    Args:
      images: RGB images, values in [0, 1], `[..., H, W, 3]`.
      sigma: The difference of colors that counts as a contrast.
      constant: The share of the constant, in [0, 1].
    """

    def cost(difference: np.ndarray) -> np.ndarray:
        similarity = np.exp(-np.sum(difference**2, -1) / (2 * sigma**2))
        return constant + (1 - constant) * similarity

    return EdgeWeights(
        cost(np.diff(images, axis=-2)),
        cost(np.diff(images, axis=-3)),
    )


def neighbor_pull(masks: np.ndarray, weights: EdgeWeights) -> np.ndarray:
    """Returns how much less the boundaries cost if a pixel is 1 than if it is 0.

    Args:
      masks: Masks of 0 and 1, `[..., H, W]`, of which a pixel's neighbors count.
      weights: The costs.

    Returns:
      sum_j p_ij (2 y_j - 1) over the neighbors j of each pixel, `[..., H, W]`.
    """
    signs = 2 * masks - 1
    pull = np.zeros(signs.shape, np.result_type(signs, *weights))
    pull[..., :, :-1] += weights.right * signs[..., :, 1:]
    pull[..., :, 1:] += weights.right * signs[..., :, :-1]
    pull[..., :-1, :] += weights.down * signs[..., 1:, :]
    pull[..., 1:, :] += weights.down * signs[..., :-1, :]
    return pull
