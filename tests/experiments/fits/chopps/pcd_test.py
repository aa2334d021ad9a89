import numpy as np

from experiments.fits.chopps.pcd import gibbs_step, moments, train_rbm
from experiments.fits.chopps.rbm import Rbm
from tests.experiments.fits.chopps.reference import pattern_score
from tests.experiments.fits.chopps.tiny import binary_states, random_rbm


def probabilities(rbm, pixels):
    scores = pattern_score(rbm, binary_states(pixels))
    return np.exp(scores) / np.exp(scores).sum()


def test_moments_by_hand():
    rbm = Rbm(np.array([[np.log(3)], [0.0]]), np.zeros(2), np.zeros(1))
    y = np.array([[1.0, 0.0], [0.0, 1.0]])  # h: 3/4 and 1/2.
    got = moments(rbm, y)
    np.testing.assert_allclose(got.weights, [[3 / 8], [1 / 4]])
    np.testing.assert_allclose(got.visible, [0.5, 0.5])
    np.testing.assert_allclose(got.hidden, [5 / 8])


def test_gibbs_steps_keep_the_distribution():
    rng = np.random.default_rng(0)
    rbm = random_rbm(rng, 3, 2)
    chains = np.zeros((20_000, 3), np.float32)
    for _ in range(15):
        chains = gibbs_step(rbm, chains, rng)
    numbers = (chains @ [4, 2, 1]).astype(int)
    shares = np.bincount(numbers, minlength=8) / len(chains)
    np.testing.assert_allclose(shares, probabilities(rbm, 3), atol=0.015)


def test_differences_of_moments_are_the_gradient_of_the_likelihood():
    rng = np.random.default_rng(2)
    rbm, data = random_rbm(rng, 3, 2), binary_states(3)[[1, 6, 6]]
    every = binary_states(3)

    def likelihood(machine):
        scores = pattern_score(machine, every)
        return pattern_score(machine, data).mean() - np.log(np.exp(scores).sum())

    # The moments of the model are those of its states, each as often as it occurs.
    of_states = [moments(rbm, y[None]) for y in every]
    model = [
        sum(p * parts[index] for p, parts in zip(probabilities(rbm, 3), of_states))
        for index in range(3)
    ]
    for name, of_data, of_model in zip(Rbm._fields, moments(rbm, data), model):
        part = getattr(rbm, name)
        for place in np.ndindex(part.shape):
            step = np.zeros(part.shape)
            step[place] = 1e-5
            ends = [
                likelihood(rbm._replace(**{name: part + sign * step}))
                for sign in (1, -1)
            ]
            expected = (ends[0] - ends[1]) / 2e-5
            got = of_data[place] - of_model[place]
            np.testing.assert_allclose(got, expected, atol=1e-8)


def test_training_finds_the_patterns_of_masks():
    masks = np.repeat([[1, 1, 1, 0, 0, 0], [0, 0, 0, 1, 1, 1]], 20, axis=0)
    rbm = train_rbm(masks, 4, 1500, np.random.default_rng(0))
    likely = probabilities(rbm, 6)
    assert set(np.argsort(-likely)[:2]) == {0b111000, 0b000111}
    assert likely[0b111000] + likely[0b000111] > 0.5


def test_training_is_a_function_of_the_seed_and_keeps_weights_bounded():
    masks = np.eye(5)
    first, second = (train_rbm(masks, 2, 30, np.random.default_rng(3)) for _ in "ab")
    np.testing.assert_array_equal(first.weights, second.weights)
    long = train_rbm(np.ones((5, 2)), 2, 3000, np.random.default_rng(3))
    assert np.abs(long.weights).max() <= 5
    assert np.abs(long.visible).max() <= 8 and np.abs(long.hidden).max() <= 8
