import numpy as np

from experiments.fits.chopps.pairwise import (
    EdgeWeights,
    edge_weights,
    neighbor_pull,
)
from tests.experiments.fits.chopps.reference import boundary_cost


def test_equal_neighbors_cost_one_and_contrasts_less():
    images = np.zeros((1, 2, 2, 3))
    images[0, 0, 1] = (0.3, 0.0, 0.4)  # Half a unit away from all others.
    weights = edge_weights(images, sigma=0.5, constant=0.2)
    contrast = 0.2 + 0.8 * np.exp(-0.5)
    np.testing.assert_allclose(weights.right, [[[contrast], [1]]])
    np.testing.assert_allclose(weights.down, [[[1, contrast]]])


def test_the_cost_of_a_boundary_is_the_sum_of_its_edges():
    weights = EdgeWeights(
        np.array([[1.0, 2.0], [4.0, 8.0]]), np.array([[16.0, 32.0, 64.0]])
    )
    mask = np.array([[0, 1, 1], [0, 0, 1]])
    assert boundary_cost(mask, weights) == 1 + 8 + 32
    assert boundary_cost(1 - mask, weights) == 1 + 8 + 32
    assert boundary_cost(np.ones((2, 3), bool), weights) == 0


def test_the_pull_of_neighbors_is_the_difference_of_costs():
    rng = np.random.default_rng(0)
    weights = EdgeWeights(rng.random((3, 2)), rng.random((2, 3)))
    mask = rng.integers(0, 2, (3, 3))
    pull = neighbor_pull(mask, weights)
    for place in np.ndindex(3, 3):
        off, on = mask.copy(), mask.copy()
        off[place], on[place] = 0, 1
        saved = boundary_cost(off, weights) - boundary_cost(on, weights)
        np.testing.assert_allclose(pull[place], saved)
