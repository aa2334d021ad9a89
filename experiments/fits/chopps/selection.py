"""The choice of the weights of the score on validation images."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np

from experiments.fits.chopps.inference import cut_masks, infer
from experiments.fits.chopps.potentials import Weights, weighted
from experiments.fits.chopps.rbm import Rbm


class Grids(NamedTuple):
    """The candidates of each of the `Weights`."""

    contrast: Sequence[float]
    boundary: Sequence[float]
    image: Sequence[float]


def choose_weights(
    unary: np.ndarray,
    images: np.ndarray,
    rbm: Rbm,
    grids: Grids,
    measure: Callable[[np.ndarray], float],
) -> Weights:
    """Returns the weights whose masks have the largest measure; the first of several.

    Args:
      unary: The unary potentials of the validation images, `[N, H, W]`.
      images: The images, values in [0, 1], `[N, H, W, 3]`.
      rbm: The pattern potentials.
      grids: The candidates of each weight.
      measure: A function from masks, bool, `[N, H, W]` to a number.
    """
    values: dict[Weights, float] = {}
    for contrast in grids.contrast:
        for boundary in grids.boundary:
            potentials = weighted(unary, images, Weights(contrast, boundary, 1.0))
            start = cut_masks(potentials)
            for image in grids.image:
                masks = infer(potentials.times(image), rbm, start)
                values[Weights(contrast, boundary, image)] = measure(masks)
    return max(values, key=lambda weights: values[weights])
