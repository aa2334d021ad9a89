import numpy as np

from experiments.fits.chopps.inference import cut_masks
from experiments.fits.chopps.joint import (
    batches,
    expected_loss_gradient,
    gibbs_sweep,
    iou_losses,
    train_passes,
)
from experiments.fits.chopps.rbm import Rbm
from tests.experiments.fits.chopps.reference import score
from tests.experiments.fits.chopps.tiny import (
    binary_states,
    random_potentials,
    random_rbm,
)

_TRUTH = np.array([[[1.0, 1.0], [0.0, 1.0]]])


def distribution(potentials, rbm):
    """Returns all masks of 2x2 and their probabilities given the image."""
    masks = binary_states(4).reshape(-1, 2, 2)
    scores = score(masks, potentials.take(np.zeros(16, int)), rbm)
    return masks, np.exp(scores) / np.exp(scores).sum()


def expected_loss(potentials, rbm):
    masks, probabilities = distribution(potentials, rbm)
    return float(iou_losses(masks[None], _TRUTH)[0] @ probabilities)


def test_the_loss_is_that_of_the_iou():
    y = np.array([[[[1, 0], [0, 1]], [[0, 0], [1, 0]], [[1, 1], [1, 1]]]], float)
    np.testing.assert_allclose(iou_losses(y, _TRUTH), [[1 / 3, 1, 1 / 4]])
    nothing = np.zeros((1, 1, 2, 2))
    np.testing.assert_array_equal(iou_losses(nothing, np.zeros((1, 2, 2))), [[0]])


def test_sweeps_keep_the_distribution():
    rng = np.random.default_rng(0)
    potentials, rbm = random_potentials(rng, 2, 2), random_rbm(rng, 4, 2)
    y = np.zeros((1, 30_000, 2, 2), np.float32)
    for _ in range(20):
        y = gibbs_sweep(y, potentials, rbm, rng)
    numbers = (y.reshape(-1, 4) @ [8, 4, 2, 1]).astype(int)
    shares = np.bincount(numbers, minlength=16) / len(numbers)
    np.testing.assert_allclose(shares, distribution(potentials, rbm)[1], atol=0.012)


def test_the_gradient_is_that_of_the_expected_loss():
    rng = np.random.default_rng(1)
    potentials, rbm = random_potentials(rng, 2, 2), random_rbm(rng, 4, 2)
    masks, probabilities = distribution(potentials, rbm)
    drawn = masks[rng.choice(16, 200_000, p=probabilities)][None]
    y = drawn.reshape(1, -1, 4)
    slope = expected_loss_gradient(
        iou_losses(drawn, _TRUTH), y, rbm.hidden_probabilities(y)
    )
    for name, part, got in zip(Rbm._fields, rbm, slope):
        for place in np.ndindex(part.shape):
            step = np.zeros(part.shape)
            step[place] = 1e-4
            ends = [
                expected_loss(potentials, rbm._replace(**{name: part + sign * step}))
                for sign in (1, -1)
            ]
            # Of so many samples the mean is known to some 0.0005.
            expected = (ends[0] - ends[1]) / 2e-4
            np.testing.assert_allclose(got[place], expected, atol=2e-3)


def test_a_gradient_by_hand():
    # Losses deviate by -1/4 and 1/4; the mean is over two samples.
    y, h = np.array([[[1.0, 0.0], [1.0, 1.0]]]), np.array([[[1.0], [0.0]]])
    slope = expected_loss_gradient(np.array([[0.5, 1.0]]), y, h)
    np.testing.assert_allclose(slope.weights, [[-1 / 8], [0]])
    np.testing.assert_allclose(slope.visible, [0, 1 / 8])
    np.testing.assert_allclose(slope.hidden, [-1 / 8])


def test_training_lowers_the_expected_loss_and_repeats():
    rng = np.random.default_rng(2)
    potentials, rbm = random_potentials(rng, 2, 2), random_rbm(rng, 4, 2, 0.1)
    start = cut_masks(potentials)

    def train():
        rng = np.random.default_rng(0)
        return train_passes(rbm, potentials, _TRUTH, start, 100, 10, rng)

    trained, loss = train()
    before, after = (expected_loss(potentials, machine) for machine in (rbm, trained))
    assert after < 0.7 * before
    assert 0 <= loss < before
    np.testing.assert_array_equal(train()[0].weights, trained.weights)


def test_a_pass_has_each_image_once():
    parts = batches(90, np.random.default_rng(0))
    assert [len(part) for part in parts] == [40, 40, 10]
    np.testing.assert_array_equal(np.sort(np.concatenate(parts)), np.arange(90))
