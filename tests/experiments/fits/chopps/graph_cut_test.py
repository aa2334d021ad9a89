import numpy as np
import pytest

from experiments.fits.chopps.graph_cut import GridCut
from experiments.fits.chopps.pairwise import EdgeWeights
from tests.experiments.fits.chopps.reference import boundary_cost
from tests.experiments.fits.chopps.tiny import binary_states, random_potentials


def scores(gains, weights, masks):
    return np.sum(gains * masks, axis=(1, 2)) - boundary_cost(masks, weights)


@pytest.mark.parametrize("seed", range(30))
@pytest.mark.parametrize(("height", "width"), [(3, 3), (2, 4), (1, 5)])
def test_a_cut_is_the_best_of_all_masks(seed, height, width):
    potentials = random_potentials(np.random.default_rng(seed), height, width)
    gains, weights = potentials.unary[0], potentials.pairwise.of_image(0)
    masks = binary_states(height * width).reshape(-1, height, width)
    values = scores(gains, weights, masks)
    best = masks[np.argmax(values)]
    mask = GridCut(height, width).best_mask(gains, weights)
    np.testing.assert_array_equal(mask, best)


def test_strong_neighbors_fill_a_hole_and_weak_ones_do_not():
    gains = np.ones((3, 3))
    gains[1, 1] = -2.0
    for cost, filled in ((0.4, False), (0.6, True)):
        weights = EdgeWeights(np.full((3, 2), cost), np.full((2, 3), cost))
        assert GridCut(3, 3).best_mask(gains, weights)[1, 1] == filled


def test_of_equally_good_masks_the_smallest_is_taken():
    nothing = EdgeWeights(np.zeros((2, 1)), np.zeros((1, 2)))
    assert not GridCut(2, 2).best_mask(np.zeros((2, 2)), nothing).any()
    gains = np.array([[0.0, 1.0], [0.0, -1.0]])
    mask = GridCut(2, 2).best_mask(gains, nothing)
    np.testing.assert_array_equal(mask, [[False, True], [False, False]])


def test_large_and_small_potentials_fit_into_whole_numbers():
    weights = EdgeWeights(np.full((4, 3), 1e-3), np.full((3, 4), 1e-3))
    gains = np.where(np.indices((4, 4)).sum(0) % 2, 1.0, -1.0)
    for scale in (1e-6, 1e8):
        scaled = EdgeWeights(*(scale * part for part in weights))
        mask = GridCut(4, 4).best_mask(scale * gains, scaled)
        np.testing.assert_array_equal(mask, gains > 0)
