"""The score of masks by its formula, which inference and training are checked by."""

import numpy as np


def score(y, potentials, rbm):
    """Returns the score of masks `[N, H, W]`, the hidden units summed out, `[N]`."""
    unary = np.sum(potentials.unary * y, axis=(-2, -1))
    patterns = pattern_score(rbm, y.reshape(len(y), -1).astype(np.float32))
    return unary - boundary_cost(y, potentials.pairwise) + patterns


def boundary_cost(masks, weights):
    """Returns the sum of the costs where neighbors differ, of masks `[..., H, W]`."""
    differs = [np.diff(masks.astype(np.int8), axis=axis) != 0 for axis in (-1, -2)]
    return sum(
        np.sum(cost * differ, axis=(-2, -1)) for cost, differ in zip(weights, differs)
    )


def pattern_score(rbm, y):
    """Returns the log of p(y) without its constant: the negative free energy.

    It is b'y + sum_j log(1 + exp(c_j + W_j'y)), `[...]`, of masks `[..., D]`.
    """
    patterns = np.logaddexp(0, y @ rbm.weights + rbm.hidden)
    return y @ rbm.visible + patterns.sum(-1)
