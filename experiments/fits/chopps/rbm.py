"""Pattern potentials: a restricted Boltzmann machine over the pixels of a mask."""

from typing import NamedTuple

import numpy as np
from scipy.special import expit


class Rbm(NamedTuple):
    """A restricted Boltzmann machine, log p(y, h) = b'y + c'h + y'Wh + const.

    A hidden unit that is summed out is a pattern potential, log(1 + exp(c_j + W_j'y)).

    Attributes:
      weights: W, `[D, J]`.
      visible: The biases b, `[D]`.
      hidden: The biases c, `[J]`.
    """

    weights: np.ndarray
    visible: np.ndarray
    hidden: np.ndarray

    def hidden_probabilities(self, y: np.ndarray) -> np.ndarray:
        """Returns p(h_j = 1 | y), `[..., J]`, of masks `[..., D]`."""
        return expit(y @ self.weights + self.hidden)

    def visible_gains(self, h: np.ndarray) -> np.ndarray:
        """Returns each pixel's gain as foreground, `[..., D]`, given h `[..., J]`."""
        return h @ self.weights.T + self.visible

    def plus(self, rate: float, change: "Rbm") -> "Rbm":
        """Returns the machine with a multiple of a change added to all parameters."""
        return Rbm(*(part + rate * by for part, by in zip(self, change)))


def initial_rbm(pixels: int, hidden: int, rng: np.random.Generator) -> Rbm:
    """Returns weights from a normal distribution of deviation 0.1, biases of zero."""
    return Rbm(
        rng.normal(0, 0.1, (pixels, hidden)).astype(np.float32),
        np.zeros(pixels, np.float32),
        np.zeros(hidden, np.float32),
    )


def draw(probabilities: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Draws 0 or 1 with those probabilities of 1, in single precision."""
    uniform = rng.random(probabilities.shape, np.float32)
    return (uniform < probabilities).astype(np.float32)
