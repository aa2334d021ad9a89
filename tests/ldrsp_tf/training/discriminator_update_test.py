import dataclasses

import numpy as np
import tensorflow as tf

from ldrsp_tf import losses, oracles, sampling
from ldrsp_tf.methods import LDRSP, LDRSP_PLUS, get_method
from ldrsp_tf.sampling.sources import StatelessSource
from tests.ldrsp_tf.training.single_steps import (
    WITH_MADE_SAMPLES,
    WITHOUT_SAMPLES,
    batch_of,
    step,
)


def test_several_updates_of_the_discriminator_for_one_of_the_generator(
    make_trainer, tags, eagerly
):
    trainer = make_trainer(dataclasses.replace(LDRSP, discriminator_updates=3))
    trainer.train_epoch(*tags, epoch=0)  # 24 rows in batches of 8
    assert int(trainer.generator_optimizer.iterations) == 3
    assert int(trainer.discriminator_optimizer.iterations) == 9


def test_updates_of_the_discriminator_alone_move_it_like_single_ones(
    make_trainer, tags, values
):
    # With a generator that stands still, one step of three updates is three steps.
    def trained(updates, steps):
        method = dataclasses.replace(WITHOUT_SAMPLES, discriminator_updates=updates)
        trainer = make_trainer(method, generator_learning_rate=0.0)
        for iteration in range(steps):
            step(trainer, tags, iteration)
        return values(trainer.discriminator.trainable_variables)

    for once, thrice in zip(trained(3, 1), trained(1, 3)):
        np.testing.assert_allclose(once, thrice, atol=1e-6)


def test_a_step_draws_by_seed_and_iteration(make_trainer, tags):
    trainer = make_trainer(
        dataclasses.replace(LDRSP, sources=((1.0, sampling.AdversarialSource),))
    )

    def loss(seed, iteration):
        trainer.reset()
        trainer.seed = seed
        return float(step(trainer, tags, iteration)["discriminator_loss"])

    assert loss(0, 0) == loss(0, 0)
    assert loss(0, 0) != loss(0, 1)
    assert loss(0, 0) != loss(1, 0)


def test_sources_see_the_outputs_the_truth_and_the_method(make_trainer, tags):
    seen = []

    class Seeing(StatelessSource):
        def draw(self, context):
            seen.append((context, self._settings))
            # While D is what it was at the start of the step.
            np.testing.assert_allclose(
                context.logits(context.y_generated), logits, rtol=1e-5
            )
            for rows in (x, x[::-1]):
                expected = trainer.discriminator.logits(
                    trainer.discriminator.features(rows), context.y_true
                )
                np.testing.assert_allclose(
                    context.logits_for(rows)(context.y_true), expected, rtol=1e-5
                )
            return context.y_true

    trainer = make_trainer(dataclasses.replace(LDRSP_PLUS, sources=((1.0, Seeing),)))
    x, y_true = batch_of(tags)
    y = trainer.generate(x)
    logits = trainer.discriminator.logits(trainer.discriminator.features(x), y)
    step(trainer, tags)
    context, settings = seen[0]
    assert settings is trainer.settings.sampling
    np.testing.assert_array_equal(context.x, x)
    np.testing.assert_allclose(context.y_generated, y, rtol=1e-6)
    np.testing.assert_array_equal(context.y_true, y_true)
    np.testing.assert_array_equal(
        context.oracle(y, y_true), oracles.binarized(oracles.f1)(y, y_true)
    )
    assert context.value_loss is losses.cross_entropy_value_loss
    np.testing.assert_array_equal(context.project(y + 1.0), tf.ones_like(y))


def test_the_discriminators_loss_is_given_truth_outputs_and_samples(make_trainer, tags):
    # The losses of LDRSP are symmetric in them; others are not.
    seen = []

    def loss(real, generated, samples=None):
        seen.append((real, generated, samples))
        return losses.ldrsp_discriminator_loss(real, generated, samples)

    x, y_true = batch_of(tags)
    for method in (WITHOUT_SAMPLES, WITH_MADE_SAMPLES):
        seen.clear()
        trainer = make_trainer(dataclasses.replace(method, discriminator_loss=loss))
        groups = [y_true, trainer.generate(x)]
        if method.sources:
            groups.append(0.25 + 0.5 * y_true)
        features = trainer.discriminator.features(x)
        logits = [trainer.discriminator.logits(features, y) for y in groups]
        step(trainer, tags)
        for y, expected, scored in zip(groups, logits, seen[0]):
            np.testing.assert_allclose(scored.logits, expected, atol=1e-5)
            np.testing.assert_allclose(scored.values, oracles.f1(y, y_true), rtol=1e-5)
        assert (seen[0][2] is None) == (not method.sources)


def test_a_method_without_a_generator_has_no_generated_outputs_to_judge(
    make_trainer, tags
):
    seen = []

    def loss(real, generated, samples):
        seen.append((real, generated, samples))
        return losses.squared_value_loss(real) + losses.squared_value_loss(samples)

    step(
        make_trainer(dataclasses.replace(get_method("dvn"), discriminator_loss=loss)),
        tags,
    )
    y_true = batch_of(tags)[1]
    for real, generated, samples in seen:
        assert generated is None
        np.testing.assert_array_equal(real.values, oracles.f1(y_true, y_true))
        assert samples.logits.shape == real.logits.shape


def test_features_of_x_are_computed_once_a_step(make_trainer, tags):
    trainer = make_trainer("ldrsp")
    calls = []
    features = trainer.discriminator.features
    trainer.discriminator.features = lambda *args, **kwargs: (
        calls.append(1),
        features(*args, **kwargs),
    )[1]
    step(trainer, tags)
    assert len(calls) == 1


def test_batch_statistics_are_of_the_mixture_of_truth_outputs_and_samples(
    make_map_trainer, maps, eagerly
):
    trainer = make_map_trainer("ldrsp")
    rows = []
    body = trainer.discriminator.body.call
    trainer.discriminator.body.call = lambda x, training=False: (
        rows.append((x.shape[0], training)),
        body(x, training=training),
    )[1]
    x, y = (tf.constant(part[:4, :8, :8]) for part in maps)
    trainer.train_step(x, y, tf.constant(0))
    # D's one pass in training; samples and the loss of G see it as it stands.
    assert [count for count, training in rows if training] == [12]
    assert {count for count, training in rows if not training} == {4}
