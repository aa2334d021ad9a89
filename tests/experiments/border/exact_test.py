import itertools

import numpy as np
import pytest

from experiments.border.exact import best_decisions, expected_f1
from ldrsp_tf.metrics import plugin_decode


def test_the_expected_f1_is_the_mean_over_the_sets():
    sets = np.array([[1, 0, 0], [1, 1, 1]])
    found = expected_f1(np.array([[1, 0, 0]]), sets, np.array([[0.25, 0.75]]))
    # 2 * 1 / (1 + 1) and 2 * 1 / (1 + 3).
    np.testing.assert_allclose(found, 0.25 * 1 + 0.75 * 0.5)


def test_no_set_of_labels_is_better():
    random = np.random.RandomState(0)
    sets = np.array([s for s in itertools.product((0, 1), repeat=4) if any(s)])
    probabilities = random.dirichlet(np.full(len(sets), 0.3), size=50)
    best = expected_f1(best_decisions(sets, probabilities), sets, probabilities)
    others = [expected_f1(np.tile(one, [50, 1]), sets, probabilities) for one in sets]
    np.testing.assert_allclose(best, np.max(others, axis=0))


def test_for_independent_labels_it_is_the_plug_in_decoder():
    chances = np.array([0.9, 0.4, 0.3, 0.05])
    sets = np.array(list(itertools.product((0, 1), repeat=4)))[1:]
    likelihoods = np.where(sets == 1, chances, 1 - chances).prod(axis=1)
    given_some = (likelihoods / likelihoods.sum())[None]
    marginals = given_some @ sets
    np.testing.assert_array_equal(
        best_decisions(sets, given_some),
        plugin_decode(chances[None], empty_odds=0.0),
    )
    assert marginals.max() < 1


def test_dependence_leaves_room_over_the_plug_in_decoder():
    """One label alone, or nine others: decisions by marginals take them together."""
    sets = np.array([[1] + 9 * [0], [0] + 9 * [1]])
    probabilities = np.array([[0.6, 0.4]])
    decided = plugin_decode(probabilities @ sets, empty_odds=0.0)
    by_marginals = expected_f1(decided, sets, probabilities)
    best = expected_f1(best_decisions(sets, probabilities), sets, probabilities)
    assert best == pytest.approx(0.6)
    assert by_marginals < best
