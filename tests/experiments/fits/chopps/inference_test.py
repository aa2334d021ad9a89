import numpy as np
import pytest

from experiments.fits.chopps.inference import cut_masks, infer
from experiments.fits.chopps.rbm import Rbm
from tests.experiments.fits.chopps.reference import score
from tests.experiments.fits.chopps.tiny import (
    binary_states,
    random_potentials,
    random_rbm,
)


def all_scores(potentials, rbm):
    masks = binary_states(9).reshape(-1, 3, 3)
    rows = np.zeros(len(masks), int)
    return masks, score(masks, potentials.take(rows), rbm)


@pytest.mark.parametrize("seed", range(10))
def test_em_never_lowers_the_score(seed):
    rng = np.random.default_rng(seed)
    potentials = random_potentials(rng, 6, 5, images=4)
    rbm = random_rbm(rng, 30, 5)
    start = rng.random((4, 6, 5)) < 0.5
    masks = infer(potentials, rbm, start)
    before, after = (score(m, potentials, rbm) for m in (start, masks))
    assert np.all(after >= before - 1e-5)
    assert np.any(after > before + 0.1)
    # It has ended: another run of it changes nothing.
    np.testing.assert_array_equal(infer(potentials, rbm, masks), masks)


def test_without_patterns_em_is_the_graph_cut_from_any_start():
    rng = np.random.default_rng(0)
    potentials = random_potentials(rng, 3, 3)
    rbm = Rbm(np.zeros((9, 1)), np.zeros(9), np.zeros(1))
    masks, scores = all_scores(potentials, rbm)
    best = masks[np.argmax(scores)]
    np.testing.assert_array_equal(cut_masks(potentials)[0], best)
    start = rng.random((1, 3, 3)) < 0.5
    np.testing.assert_array_equal(infer(potentials, rbm, start)[0], best)


def test_a_pattern_completes_a_mask():
    # One unit that is on for the upper row as a whole: three pixels of it bring the
    # fourth.
    potentials = random_potentials(np.random.default_rng(0), 2, 4)
    gains = np.array([[[1.0, 1.0, 1.0, -1.0], [-1.0] * 4]])
    potentials = potentials._replace(unary=gains).times(1.0)
    potentials = potentials._replace(
        pairwise=type(potentials.pairwise)(np.zeros((1, 2, 3)), np.zeros((1, 1, 4)))
    )
    weights = np.array([2.0] * 4 + [-2.0] * 4)[:, None]
    rbm = Rbm(weights, np.zeros(8), np.array([-4.0]))
    start = cut_masks(potentials)
    assert not start[0, 0, 3]
    np.testing.assert_array_equal(
        infer(potentials, rbm, start)[0], [[True] * 4, [False] * 4]
    )
