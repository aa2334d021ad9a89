"""The unary potentials: a network of one hidden layer, trained on single pixels."""

from typing import NamedTuple

import numpy as np
from scipy.special import expit

_BATCH_SIZE = 100
_LEARNING_RATE = 0.1
_WEIGHT_DECAY = 1e-4
_EARLY_MOMENTUM = 0.5  # For the first epoch, where gradients are large.
_MOMENTUM = 0.9


class PixelNetwork(NamedTuple):
    """A network with one layer of sigmoid units and one logit.

    The logit is log p(foreground) - log p(background), so that one logit is the
    softmax of two classes.

    Attributes:
      w1: The weights of the hidden layer, `[F, U]`.
      b1: Its biases, `[U]`.
      w2: The weights of the logit, `[U]`.
      b2: Its bias, `[]`.
    """

    w1: np.ndarray
    b1: np.ndarray
    w2: np.ndarray
    b2: np.ndarray

    def logits(self, features: np.ndarray) -> np.ndarray:
        """Returns the logits `[...]` of features `[..., F]`."""
        return expit(features @ self.w1 + self.b1) @ self.w2 + self.b2

    def cross_entropy(self, features: np.ndarray, labels: np.ndarray) -> float:
        """Returns the mean cross-entropy, without weight decay.

        Args:
          features: The features of some pixels, `[B, F]`.
          labels: Their classes, 0 or 1, `[B]`.
        """
        signs = 1 - 2 * labels
        return float(np.mean(np.logaddexp(0, signs * self.logits(features))))


def initial_network(
    features: int, units: int, rng: np.random.Generator
) -> PixelNetwork:
    """Returns small random weights, biases of zero."""

    def normal(*shape: int) -> np.ndarray:
        return (rng.normal(size=shape) / np.sqrt(shape[0])).astype(np.float32)

    zeros = np.zeros(units, np.float32)
    return PixelNetwork(normal(features, units), zeros, normal(units), zeros[0])


def gradient(
    network: PixelNetwork, features: np.ndarray, labels: np.ndarray
) -> PixelNetwork:
    """Returns the gradient of the mean cross-entropy, with weight decay.

    Args:
      network: The network.
      features: The features of some pixels, `[B, F]`.
      labels: Their classes, 0 or 1, `[B]`.
    """
    hidden = expit(features @ network.w1 + network.b1)
    error = (expit(hidden @ network.w2 + network.b2) - labels) / len(labels)
    back = error[:, None] * network.w2 * hidden * (1 - hidden)
    return PixelNetwork(
        features.T @ back + _WEIGHT_DECAY * network.w1,
        back.sum(0),
        error @ hidden + _WEIGHT_DECAY * network.w2,
        error.sum(),
    )


def train_network(
    features: np.ndarray,
    labels: np.ndarray,
    units: int,
    updates: int,
    rng: np.random.Generator,
) -> PixelNetwork:
    """Trains a network by stochastic gradient descent.

    The learning rate falls to 0 by equal amounts.

    Args:
      features: The features of all training pixels, `[P, F]`.
      labels: Their classes, 0 or 1, `[P]`.
      units: The number of hidden units.
      updates: The number of updates, each on a batch of pixels.
      rng: The generator of weights and of the data order.
    """
    network = initial_network(features.shape[1], units, rng)
    velocity = PixelNetwork(*(np.zeros_like(part) for part in network))
    order, momentum = rng.permutation(len(labels)), _EARLY_MOMENTUM
    for update in range(updates):
        if not len(order):
            order, momentum = rng.permutation(len(labels)), _MOMENTUM
        rows, order = order[:_BATCH_SIZE], order[_BATCH_SIZE:]
        rate = _LEARNING_RATE * (1 - update / updates)
        slope = gradient(network, features[rows], labels[rows])
        velocity = PixelNetwork(
            *(momentum * v - rate * g for v, g in zip(velocity, slope))
        )
        network = PixelNetwork(*(p + v for p, v in zip(network, velocity)))
    return network


def balanced_pixels(
    masks: np.ndarray, per_class: int, rng: np.random.Generator
) -> np.ndarray:
    """Draws as many pixels of each class from each image.

    Args:
      masks: The true masks, `[N, H, W]`.
      per_class: The largest number of pixels of a class in an image; fewer where an
        image has fewer of a class.
      rng: The generator of the draw.

    Returns:
      Positions in the flattened masks, `[P]`.
    """
    drawn = []
    for number, mask in enumerate(masks.reshape(len(masks), -1)):
        pixels = [np.flatnonzero(mask == label) for label in (0, 1)]
        count = min(per_class, *map(len, pixels))
        drawn += [
            number * mask.size + rng.choice(of_class, count, replace=False)
            for of_class in pixels
        ]
    return np.concatenate(drawn)
