import numpy as np

from experiments.fits.chopps.potentials import Weights, weighted
from experiments.fits.chopps.rbm import Rbm
from experiments.fits.chopps.selection import Grids, choose_weights

_NO_PATTERNS = Rbm(np.zeros((9, 1)), np.zeros(9), np.zeros(1))
_IMAGES = np.zeros((1, 3, 3, 3))


def test_potentials_are_weighted():
    unary = np.arange(9.0).reshape(1, 3, 3)
    potentials = weighted(unary, _IMAGES, Weights(0.1, 3.0, 2.0))
    np.testing.assert_array_equal(potentials.unary, 2 * unary)
    # Equal colors cost 1.
    np.testing.assert_array_equal(potentials.pairwise.right, np.full((1, 3, 2), 6.0))


def test_the_best_weights_are_chosen():
    # A hole of -2 is filled where its four neighbors cost more than 1/2 each.
    unary = np.ones((1, 3, 3))
    unary[0, 1, 1] = -2.0
    grids = Grids((0.1,), (0.3, 0.7, 0.9), (1.0, 2.0))
    filled, holed = (
        choose_weights(unary, _IMAGES, _NO_PATTERNS, grids, measure)
        for measure in (
            lambda masks: float(masks[0, 1, 1]),
            lambda masks: float(~masks[0, 1, 1]),
        )
    )
    # The first of those that are equally good.
    assert filled == Weights(0.1, 0.7, 1.0)
    assert holed == Weights(0.1, 0.3, 1.0)


def test_the_weight_of_the_image_stands_against_the_patterns():
    # Without an image, patterns that forbid the foreground win; with it they lose.
    forbidding = _NO_PATTERNS._replace(visible=np.full(9, -1.5))
    grids = Grids((0.1,), (1.0,), (1.0, 2.0))
    got = choose_weights(
        np.ones((1, 3, 3)), _IMAGES, forbidding, grids, lambda masks: masks.mean()
    )
    assert got.image == 2.0
