import keras
import numpy as np
import pytest
import tensorflow as tf

from ldrsp_tf.methods import METHODS
from tests.ldrsp_tf.training.single_steps import (
    WITH_MADE_SAMPLES,
    WITHOUT_SAMPLES,
    batch_of,
    step,
)


@pytest.mark.parametrize("name", METHODS)
def test_every_method_trains_a_step(name, make_trainer, tags, values):
    trainer = make_trainer(name)
    trained = (
        trainer.generator if trainer.method.has_generator else trainer.discriminator
    )
    before = values(trained.trainable_variables)
    scalars = step(trainer, tags)
    expected = set()
    if trainer.method.has_generator:
        expected |= {"surrogate_loss"}
    if trainer.method.has_discriminator:
        expected |= {"discriminator_loss"}
    if trainer.method.generator_loss is not None:
        expected |= {"adversarial_loss"}
    assert set(scalars) == expected
    for value in scalars.values():
        assert value.shape == ()
        assert np.isfinite(value)
    after = values(trained.trainable_variables)
    assert any(np.any(a != b) for a, b in zip(after, before))


@pytest.mark.parametrize("method", ["ldrsp", "ldrsp_plus"])
@pytest.mark.parametrize("still", ["generator", "discriminator"])
def test_each_network_is_moved_by_its_own_update_only(
    still, method, make_trainer, tags, values, assert_identical
):
    trainer = make_trainer(method, **{f"{still}_learning_rate": 0.0})
    moving = "discriminator" if still == "generator" else "generator"
    before = {
        part: values(getattr(trainer, part).variables) for part in (still, moving)
    }
    for iteration in range(2):
        step(trainer, tags, iteration)
    assert_identical(values(getattr(trainer, still).variables), before[still])
    after = values(getattr(trainer, moving).variables)
    assert all(np.any(a != b) for a, b in zip(after, before[moving]))


def _slow_generator(weights, x):
    hidden = tf.nn.relu(x @ weights[0] + weights[1])
    return hidden @ weights[2] + weights[3]


def _slow_discriminator(weights, x, y):
    hidden = tf.nn.softplus(x @ weights[0] + weights[1])
    u = hidden @ weights[2] + weights[3]
    among_labels = tf.nn.softplus(y @ weights[4]) @ weights[5]
    return 1.0 / (1.0 + tf.exp(-tf.reduce_sum(u * y, 1) - among_labels[:, 0]))


def _slow_f1(y, y_true):
    inter = tf.reduce_sum(tf.minimum(y, y_true), 1)
    return 2.0 * inter / (inter + tf.reduce_sum(tf.maximum(y, y_true), 1))


def _half_square(error):
    return 0.5 * tf.reduce_mean(error**2)


@pytest.mark.parametrize("weight", [1.0, 0.3])
@pytest.mark.parametrize(
    "method", [WITHOUT_SAMPLES, WITH_MADE_SAMPLES], ids=["eq5", "eq10"]
)
def test_a_step_follows_the_gradients_of_equations_6_and_10(
    method, weight, make_trainer, tags, values
):
    # With plain gradient descent at a rate of 1, a step is minus the gradient.
    trainer = make_trainer(
        method, optimizer=lambda: keras.optimizers.SGD(1.0), adversarial_weight=weight
    )
    x, y_true = batch_of(tags)
    g = [tf.constant(w) for w in values(trainer.generator.trainable_variables)]
    d = [tf.constant(w) for w in values(trainer.discriminator.trainable_variables)]

    with tf.GradientTape(persistent=True) as tape:
        tape.watch([g, d])
        y = 1.0 / (1.0 + tf.exp(-_slow_generator(g, x)))
        cross_entropy = -tf.reduce_mean(
            y_true * tf.math.log(y) + (1.0 - y_true) * tf.math.log(1.0 - y)
        )
        adversarial = _half_square(_slow_discriminator(d, x, y) - 1.0)
        generator_loss = cross_entropy + weight * adversarial
        discriminator_loss = _half_square(
            _slow_discriminator(d, x, y) - _slow_f1(y, y_true)
        ) + _half_square(_slow_discriminator(d, x, y_true) - 1.0)
        if method.sources:
            samples = 0.25 + 0.5 * y_true
            discriminator_loss += _half_square(
                _slow_discriminator(d, x, samples) - _slow_f1(samples, y_true)
            )

    scalars = step(trainer, tags)
    np.testing.assert_allclose(scalars["surrogate_loss"], cross_entropy, rtol=1e-5)
    np.testing.assert_allclose(scalars["adversarial_loss"], adversarial, rtol=1e-5)
    np.testing.assert_allclose(
        scalars["discriminator_loss"], discriminator_loss, rtol=1e-5
    )
    for model, old, loss in (
        (trainer.generator, g, generator_loss),
        (trainer.discriminator, d, discriminator_loss),
    ):
        gradients = tape.gradient(loss, old)
        for new, before, gradient in zip(model.trainable_variables, old, gradients):
            assert np.abs(gradient).max() > 1e-5
            np.testing.assert_allclose(
                before - new.value, gradient, rtol=1e-3, atol=1e-6
            )


def test_the_first_update_is_that_of_adam(make_trainer, tags, values):
    # Of whatever gradient, the first step of Adam is the learning rate long.
    trainer = make_trainer(
        WITHOUT_SAMPLES, generator_learning_rate=0.01, discriminator_learning_rate=0.03
    )
    parts = (trainer.generator, 0.01), (trainer.discriminator, 0.03)
    before = [values(model.trainable_variables) for model, _ in parts]
    step(trainer, tags)
    for (model, rate), old in zip(parts, before):
        moved = [
            np.abs(a - b).max() for a, b in zip(values(model.trainable_variables), old)
        ]
        np.testing.assert_allclose(moved, rate, rtol=1e-2)


def _spy_on(network):
    """Returns a list that receives the `training` of every call of the network."""
    call, calls = network.call, []

    def spy(x, training=False):
        calls.append(training)
        return call(x, training=training)

    network.call = spy
    return calls


def test_all_updates_of_the_discriminator_share_one_output_of_the_generator(
    make_map_trainer, maps, eagerly
):
    # Batch normalization averages each batch once, as without a discriminator.
    averages = []
    for method in ("wgan_gp", "baseline"):
        trainer = make_map_trainer(method, generator_learning_rate=0.0)
        calls = _spy_on(trainer.generator)
        trainer.train_step(*map(tf.constant, maps), tf.constant(0))
        assert calls == [True]
        averages.append([v.numpy() for v in trainer.generator.non_trainable_variables])
    assert len(averages[0]) > 0
    for after_six_updates, after_one in zip(*averages):
        np.testing.assert_allclose(after_six_updates, after_one, rtol=1e-5)


@pytest.mark.slow
@pytest.mark.parametrize("name", METHODS)
def test_every_method_trains_each_network_of_maps_by_its_own_update_only(
    name, make_map_trainer, maps, values, assert_identical, eagerly
):
    trainer = make_map_trainer(name, batch_size=8)  # an epoch of one step
    parts = [trainer.generator]
    if trainer.method.has_discriminator:
        parts.append(trainer.discriminator)
    optimizers = [trainer.generator_optimizer, trainer.discriminator_optimizer]
    for part, optimizer in zip(parts, optimizers):
        trainer.reset()
        optimizer.learning_rate = 0.0
        before = [values(model.trainable_variables) for model in parts]
        scalars = trainer.train_epoch(*maps, epoch=0)
        assert ("discriminator_loss" in scalars) == trainer.method.has_discriminator
        assert np.isfinite(list(scalars.values())).all()
        for model, old in zip(parts, before):
            new = values(model.trainable_variables)
            if model is part:
                assert_identical(new, old)
            elif (
                old
            ):  # A difference of scores does not move the bias of the last layer.
                moved = [np.any(a != b) for a, b in zip(new, old)]
                assert sum(moved) >= len(moved) - (name in ("wgan_gp", "spen"))


def test_networks_see_augmented_batches_of_every_step(make_map_trainer, maps, eagerly):
    trainer, seen = make_map_trainer("baseline"), []
    augment = trainer.augment

    def spy(x, y, seed):
        crops = augment(x, y, seed)
        seen.append((x, y, *crops, seed))
        return crops

    trainer.augment = spy
    network, inputs = trainer.generator.call, []
    trainer.generator.call = lambda x, training=False: (
        inputs.append(x),
        network(x, training=training),
    )[1]
    for epoch in range(2):
        trainer.train_epoch(*maps, epoch)
    assert len(seen) == len(inputs) == 4
    for (x, y, crop, mask, _), given in zip(seen, inputs):
        assert (x.shape, y.shape) == ((4, 10, 10, 3), (4, 10, 10, 2))
        assert mask.shape == (4, 8, 8, 2)
        np.testing.assert_array_equal(given, crop)
    # No two steps are cut alike, and other draws of a step have other seeds.
    seeds = {tuple(seed.numpy()) for *_, seed in seen}
    assert len(seeds) == 4
    steps = (
        tf.random.experimental.stateless_fold_in([trainer.seed, 0], step)
        for step in range(4)
    )
    assert seeds.isdisjoint(tuple(seed.numpy()) for seed in steps)
