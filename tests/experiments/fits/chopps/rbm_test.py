import numpy as np

from experiments.fits.chopps.rbm import Rbm, draw
from tests.experiments.fits.chopps.reference import pattern_score
from tests.experiments.fits.chopps.tiny import binary_states, random_rbm


def joint_scores(rbm, y, h):
    """Returns b'y + c'h + y'Wh of all pairs, `[Y, H]`."""
    return y @ rbm.weights @ h.T + (y @ rbm.visible)[:, None] + h @ rbm.hidden


def test_hidden_units_are_summed_out():
    rbm = random_rbm(np.random.default_rng(0), 4, 3)
    y, h = binary_states(4), binary_states(3)
    expected = np.log(np.exp(joint_scores(rbm, y, h)).sum(1))
    np.testing.assert_allclose(pattern_score(rbm, y), expected)


def test_probabilities_are_those_of_the_joint_distribution():
    rbm = random_rbm(np.random.default_rng(1), 4, 3)
    y, h = binary_states(4), binary_states(3)
    joint = np.exp(joint_scores(rbm, y, h))
    given_y = joint / joint.sum(1, keepdims=True)
    np.testing.assert_allclose(rbm.hidden_probabilities(y), given_y @ h)
    given_h = joint / joint.sum(0)
    probabilities = 1 / (1 + np.exp(-rbm.visible_gains(h)))
    np.testing.assert_allclose(probabilities, given_h.T @ y)


def test_a_change_is_added_to_all_parameters():
    ones = Rbm(np.ones((2, 1)), np.ones(2), np.ones(1))
    for part in ones.plus(-0.5, ones):
        np.testing.assert_array_equal(part, 0.5)


def test_draws_have_their_probabilities():
    rng = np.random.default_rng(0)
    drawn = draw(np.tile([0.0, 0.3, 1.0], (4000, 1)), rng)
    assert set(np.unique(drawn)) == {0, 1}
    np.testing.assert_allclose(drawn.mean(0), [0, 0.3, 1], atol=0.03)
