import numpy as np

from experiments.fits.chopps.unary import (
    PixelNetwork,
    balanced_pixels,
    gradient,
    initial_network,
    train_network,
)


def test_the_logit_of_a_hand_computed_network():
    network = PixelNetwork(
        np.array([[1.0, 0.0]]), np.array([0.0, np.log(3)]), np.array([2.0, 4.0]), -1.0
    )
    # Units sigmoid(0) = 1/2 and sigmoid(log 3) = 3/4.
    np.testing.assert_allclose(network.logits(np.array([[0.0]])), [2 / 2 + 3 - 1])
    loss = network.cross_entropy(np.array([[0.0]]), np.array([1.0]))
    np.testing.assert_allclose(loss, np.log(1 + np.exp(-3)))


def test_the_gradient_is_that_of_finite_differences():
    rng = np.random.default_rng(0)
    small = initial_network(3, 4, rng)
    network = PixelNetwork(*(np.asarray(part, float) for part in small))
    x, labels = rng.normal(size=(5, 3)), np.array([0.0, 1, 1, 0, 1])

    def loss(parts):
        changed = PixelNetwork(*parts)
        decay = np.sum(changed.w1**2) + np.sum(changed.w2**2)
        return changed.cross_entropy(x, labels) + 0.5e-4 * decay

    slope = gradient(network, x, labels)
    for name, part, change in zip(network._fields, network, slope):
        for place in np.ndindex(part.shape):
            step = np.zeros(part.shape)
            step[place] = 1e-5
            ends = [
                loss(network._replace(**{name: part + sign * step})) for sign in (1, -1)
            ]
            expected = (ends[0] - ends[1]) / 2e-5
            np.testing.assert_allclose(change[place], expected, atol=1e-8)


def test_a_network_learns_what_no_linear_one_can():
    rng = np.random.default_rng(0)
    x = rng.uniform(-2, 2, (2000, 2)).astype(np.float32)
    labels = (x[:, 0] * x[:, 1] > 0).astype(np.float32)
    network = train_network(x, labels, 20, 6000, rng)
    assert np.mean((network.logits(x) > 0) == labels) > 0.95


def test_training_is_a_function_of_the_seed():
    x = np.eye(4, dtype=np.float32)
    labels = np.array([0, 1, 1, 0], np.float32)
    networks = [
        train_network(x, labels, 3, 10, np.random.default_rng(seed))
        for seed in (1, 1, 2)
    ]
    np.testing.assert_array_equal(networks[0].w1, networks[1].w1)
    assert np.any(networks[0].w1 != networks[2].w1)


def test_as_many_pixels_of_each_class_of_each_image():
    masks = np.array([[[1, 0], [0, 0]], [[1, 1], [0, 1]], [[0, 0], [0, 0]]])
    pixels = balanced_pixels(masks, 2, np.random.default_rng(0))
    images, labels = pixels // 4, masks.ravel()[pixels]
    assert len(set(pixels)) == len(pixels)
    np.testing.assert_array_equal(np.bincount(images, minlength=3), [2, 2, 0])
    assert [labels[images == image].sum() for image in (0, 1)] == [1, 1]
