import dataclasses

import keras
import numpy as np
import pytest
import tensorflow as tf

from ldrsp_tf import losses, oracles, sampling
from ldrsp_tf.errors import UsageError
from ldrsp_tf.methods import LDRSP, LDRSP_PLUS, METHODS, WGAN_GP, get_method
from ldrsp_tf.models import MLP, Discriminator, EnergyNetwork
from ldrsp_tf.refinement import refine
from ldrsp_tf.sampling.sources import StatelessSource
from ldrsp_tf.settings import SamplingSettings, TrainingSettings
from ldrsp_tf.spaces.tags import TagSpace
from ldrsp_tf.training.trainer import Trainer

_WITHOUT_SAMPLES = dataclasses.replace(LDRSP, sources=())


class _MadeSamples(StatelessSource):
    def draw(self, context):
        return 0.25 + 0.5 * context.y_true


_WITH_MADE_SAMPLES = dataclasses.replace(LDRSP, sources=((1.0, _MadeSamples),))


def _batch(tags, rows=8):
    x, y = tags
    return tf.constant(x[:rows]), tf.constant(y[:rows])


def _step(trainer, tags, iteration=0):
    return trainer.train_step(*_batch(tags), tf.constant(iteration))


@pytest.fixture(scope="module")
def compiled_ldrsp(make_trainer):
    return make_trainer("ldrsp", dropout=0.25)


@pytest.fixture
def ldrsp(compiled_ldrsp):
    """Returns a trainer with dropout, as it was built."""
    compiled_ldrsp.reset()
    return compiled_ldrsp


# One step.


@pytest.mark.parametrize("name", METHODS)
def test_every_method_trains_a_step(name, make_trainer, tags, values):
    trainer = make_trainer(name)
    trained = (
        trainer.generator if trainer.method.has_generator else trainer.discriminator
    )
    before = values(trained.trainable_variables)
    scalars = _step(trainer, tags)
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


def test_the_baseline_leaves_the_discriminator_out(make_trainer, tags):
    trainer = make_trainer("baseline")
    assert trainer.discriminator is None
    assert set(_step(trainer, tags)) == {"surrogate_loss"}
    assert len(trainer.variables) == len(
        trainer.generator.variables + trainer.generator_optimizer.variables
    )
    Trainer(MLP(5), None, get_method("baseline"), TagSpace(), TrainingSettings())


def test_a_refining_method_needs_a_discriminator():
    with pytest.raises(UsageError, match="'ldrsp' needs a discriminator"):
        Trainer(MLP(5), None, LDRSP, TagSpace(), TrainingSettings())


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
        _step(trainer, tags, iteration)
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
    "method", [_WITHOUT_SAMPLES, _WITH_MADE_SAMPLES], ids=["eq5", "eq10"]
)
def test_a_step_follows_the_gradients_of_equations_6_and_10(
    method, weight, make_trainer, tags, values
):
    # With plain gradient descent at a rate of 1, a step is minus the gradient.
    trainer = make_trainer(
        method, optimizer=lambda: keras.optimizers.SGD(1.0), adversarial_weight=weight
    )
    x, y_true = _batch(tags)
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

    scalars = _step(trainer, tags)
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


def _generator_step(make_trainer, tags, values, method, **settings):
    """Returns minus the gradients of a step of G, and the step's scalars."""
    trainer = make_trainer(
        method, optimizer=lambda: keras.optimizers.SGD(1.0), **settings
    )
    before = values(trainer.generator.trainable_variables)
    scalars = _step(trainer, tags)
    after = values(trainer.generator.trainable_variables)
    return [new - old for new, old in zip(after, before)], scalars


def _scaled(method, scale):
    loss = method.generator_loss
    return dataclasses.replace(
        method, generator_loss=lambda logits: scale * loss(logits)
    )


@pytest.mark.parametrize("method", [_WITHOUT_SAMPLES, WGAN_GP], ids=["ldrsp", "wgan"])
def test_with_a_share_the_scale_of_the_adversarial_term_cancels(
    method, make_trainer, tags, values
):
    steps = [
        _generator_step(
            make_trainer, tags, values, _scaled(method, scale), adversarial_share=0.5
        )
        for scale in (1.0, 1000.0)
    ]
    (once, scalars), (thousandfold, other_scalars) = steps
    for expected, actual in zip(once, thousandfold):
        assert np.abs(expected).max() > 1e-4
        np.testing.assert_allclose(actual, expected, rtol=1e-4, atol=1e-7)
    weight = scalars["adversarial_weight"]
    np.testing.assert_allclose(
        other_scalars["adversarial_weight"], weight / 1000.0, rtol=1e-4
    )


def test_a_share_is_that_of_the_gradients_at_the_logits(make_trainer, tags, values):
    # All rows are alike, and so are their gradients at the logits, whose sum is the
    # gradient of the last bias.
    share, x, y = 0.3, np.zeros((8, 7), np.float32), np.ones((8, 5), np.float32)
    method = _WITHOUT_SAMPLES
    plain, _ = _generator_step(
        make_trainer, (x, y), values, method, adversarial_weight=0.0
    )
    adapted, scalars = _generator_step(
        make_trainer, (x, y), values, method, adversarial_share=share
    )
    # Without the surrogate's part, the last bias moves by the share of its step.
    moved = adapted[-1] - plain[-1]
    np.testing.assert_allclose(
        np.linalg.norm(moved), share * np.linalg.norm(plain[-1]), rtol=1e-4
    )
    # The step is that of the fixed weight that it has found.
    fixed, _ = _generator_step(
        make_trainer,
        (x, y),
        values,
        method,
        adversarial_weight=float(scalars["adversarial_weight"]),
    )
    for actual, expected in zip(adapted, fixed):
        np.testing.assert_allclose(actual, expected, rtol=1e-4, atol=1e-7)


def test_records_have_the_mean_weight_if_it_is_adaptive(make_trainer, tags):
    losses = make_trainer("lsgan", adversarial_share=0.1).train_epoch(*tags, epoch=0)
    assert losses["adversarial_weight"] > 0.0
    assert "adversarial_weight" not in make_trainer("lsgan").train_epoch(*tags, epoch=0)
    baseline = make_trainer("baseline", adversarial_share=0.1)
    assert set(baseline.train_epoch(*tags, epoch=0)) == {"surrogate_loss"}


def test_the_first_update_is_that_of_adam(make_trainer, tags, values):
    # Of whatever gradient, the first step of Adam is the learning rate long.
    trainer = make_trainer(
        _WITHOUT_SAMPLES, generator_learning_rate=0.01, discriminator_learning_rate=0.03
    )
    parts = (trainer.generator, 0.01), (trainer.discriminator, 0.03)
    before = [values(model.trainable_variables) for model, _ in parts]
    _step(trainer, tags)
    for (model, rate), old in zip(parts, before):
        moved = [
            np.abs(a - b).max() for a, b in zip(values(model.trainable_variables), old)
        ]
        np.testing.assert_allclose(moved, rate, rtol=1e-2)


def test_settings_reach_the_optimizers(make_trainer):
    trainer = make_trainer(
        generator_learning_rate=0.01,
        discriminator_learning_rate=0.02,
        beta_1=0.25,
        beta_2=0.9,
        generator_weight_decay=0.3,
        discriminator_weight_decay=0.4,
    )
    for optimizer, rate, decay in (
        (trainer.generator_optimizer, 0.01, 0.3),
        (trainer.discriminator_optimizer, 0.02, 0.4),
    ):
        assert float(optimizer.learning_rate) == pytest.approx(rate)
        assert (optimizer.beta_1, optimizer.beta_2) == (0.25, 0.9)
        assert optimizer.weight_decay == decay
    assert TrainingSettings().beta_1 == 0.5  # the paper's


def test_without_weight_decay_the_optimizers_make_no_operation_for_it(make_trainer):
    trainer = make_trainer(beta_1=0.25)
    assert trainer.generator_optimizer.weight_decay is None
    assert trainer.discriminator_optimizer.weight_decay is None
    assert trainer.generator_optimizer.beta_2 == 0.999


@pytest.mark.parametrize(
    ("decay", "share", "factor"),
    [(False, 0.75, 1.0), (True, 0.0, 1.0), (True, 0.5, 0.5), (True, 1.0, 0.0)],
)
def test_progress_lets_both_learning_rates_fall(decay, share, factor, make_trainer):
    trainer = make_trainer(
        generator_learning_rate=0.01,
        discriminator_learning_rate=0.02,
        cosine_decay=decay,
    )
    trainer.set_progress(0.3)
    trainer.set_progress(share)  # of the whole, not of what was left
    for optimizer, rate in (
        (trainer.generator_optimizer, 0.01),
        (trainer.discriminator_optimizer, 0.02),
    ):
        np.testing.assert_allclose(optimizer.learning_rate, factor * rate, atol=1e-9)


def test_a_compiled_epoch_follows_the_present_learning_rate(
    make_trainer, tags, values, assert_identical
):
    trainer = make_trainer("baseline", cosine_decay=True)
    weights = trainer.generator.trainable_variables
    for share, moves in ((0.0, True), (1.0, False), (0.5, True)):
        before = values(weights)
        trainer.set_progress(share)
        trainer.train_epoch(*tags, epoch=0)
        if moves:
            assert all(np.any(a != b) for a, b in zip(values(weights), before))
        else:
            assert_identical(values(weights), before)
    trainer.reset()
    np.testing.assert_allclose(trainer.generator_optimizer.learning_rate, 1e-3)


def test_without_adversarial_weight_the_generator_is_the_baseline(
    make_trainer, tags, values, assert_identical
):
    trained = []
    for trainer in (
        make_trainer("ldrsp", adversarial_weight=0.0),
        make_trainer("baseline"),
    ):
        for iteration in range(3):
            _step(trainer, tags, iteration)
        trained.append(values(trainer.generator.variables))
    assert_identical(*trained)


def test_a_method_may_train_its_generator_by_the_surrogate_loss_alone(
    make_trainer, tags, values, assert_identical, eagerly
):
    # `generator_loss` None beside a discriminator, as `Method` says.
    method = dataclasses.replace(LDRSP, name="apart", generator_loss=None)
    trained = []
    for trainer in (make_trainer(method), make_trainer("baseline")):
        _step(trainer, tags)
        trained.append(values(trainer.generator.variables))
    assert_identical(*trained)
    of_epoch = make_trainer(method).train_epoch(*tags, epoch=0)
    assert set(of_epoch) == {"surrogate_loss", "discriminator_loss"}


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
        method = dataclasses.replace(_WITHOUT_SAMPLES, discriminator_updates=updates)
        trainer = make_trainer(method, generator_learning_rate=0.0)
        for iteration in range(steps):
            _step(trainer, tags, iteration)
        return values(trainer.discriminator.trainable_variables)

    for once, thrice in zip(trained(3, 1), trained(1, 3)):
        np.testing.assert_allclose(once, thrice, atol=1e-6)


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


def test_a_step_draws_by_seed_and_iteration(make_trainer, tags):
    trainer = make_trainer(
        dataclasses.replace(LDRSP, sources=((1.0, sampling.AdversarialSource),))
    )

    def loss(seed, iteration):
        trainer.reset()
        trainer.seed = seed
        return float(_step(trainer, tags, iteration)["discriminator_loss"])

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
    x, y_true = _batch(tags)
    y = trainer.generate(x)
    logits = trainer.discriminator.logits(trainer.discriminator.features(x), y)
    _step(trainer, tags)
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

    x, y_true = _batch(tags)
    for method in (_WITHOUT_SAMPLES, _WITH_MADE_SAMPLES):
        seen.clear()
        trainer = make_trainer(dataclasses.replace(method, discriminator_loss=loss))
        groups = [y_true, trainer.generate(x)]
        if method.sources:
            groups.append(0.25 + 0.5 * y_true)
        features = trainer.discriminator.features(x)
        logits = [trainer.discriminator.logits(features, y) for y in groups]
        _step(trainer, tags)
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

    _step(
        make_trainer(dataclasses.replace(get_method("dvn"), discriminator_loss=loss)),
        tags,
    )
    y_true = _batch(tags)[1]
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
    _step(trainer, tags)
    assert len(calls) == 1


# Epochs.


def test_order_is_a_permutation_that_changes_with_epoch_and_seed(ldrsp):
    orders = [ldrsp.order(24, epoch) for epoch in (0, 1, 0)]
    for order in orders:
        assert order.shape == (3, 8)
        assert sorted(order.ravel()) == list(range(24))
    np.testing.assert_array_equal(orders[0], orders[2])
    assert np.any(orders[0] != orders[1])
    other = Trainer(MLP(5), EnergyNetwork(5), LDRSP, TagSpace(), ldrsp.settings, seed=1)
    assert np.any(other.order(24, 0) != orders[0])


def test_order_leaves_out_what_does_not_fill_a_batch(ldrsp):
    orders = [ldrsp.order(21, epoch) for epoch in range(6)]
    left_out = set()
    for order in orders:
        assert order.shape == (2, 8)
        assert len(set(order.ravel())) == 16
        left_out |= set(range(21)) - set(order.ravel())
    assert len(left_out) > 5


def test_a_batch_larger_than_the_data_is_all_of_the_data(make_trainer, tags):
    trainer = make_trainer("baseline", batch_size=1000)
    assert sorted(trainer.order(24, 0).ravel()) == list(range(24))
    losses_of_epoch = trainer.train_epoch(*tags, epoch=0)
    assert np.isfinite(losses_of_epoch["surrogate_loss"])
    assert int(trainer.generator_optimizer.iterations) == 1


def test_an_epoch_is_its_steps(ldrsp, make_trainer, tags, values):
    x, y = tags
    at_once, by_step = ldrsp, make_trainer("ldrsp", dropout=0.25)
    means = at_once.train_epoch(x, y, epoch=2)
    scalars = [
        by_step.train_step(
            tf.constant(x[rows]), tf.constant(y[rows]), tf.constant(2 * 3 + index)
        )
        for index, rows in enumerate(by_step.order(24, 2))
    ]
    for name, mean in means.items():
        expected = np.mean([step[name] for step in scalars])
        assert mean == pytest.approx(expected, rel=1e-4)
    for a, b in zip(values(at_once.variables), values(by_step.variables)):
        np.testing.assert_allclose(a, b, rtol=1e-3, atol=1e-5)


def test_same_seed_same_bits(ldrsp, make_trainer, tags, values, assert_identical):
    states = []
    for trainer in (ldrsp, make_trainer("ldrsp", dropout=0.25)):
        for epoch in range(2):
            trainer.train_epoch(*tags, epoch)
        states.append(values(trainer.variables))
    assert_identical(*states)


def test_other_numbers_of_rows_are_not_traced_again(make_trainer, tags):
    trainer = make_trainer("baseline")
    for rows in (16, 24):
        trainer.train_epoch(*(part[:rows] for part in tags), epoch=0)
    assert trainer._train_steps.experimental_get_tracing_count() == 1


def test_reset_goes_back_to_the_very_start(ldrsp, tags, values, assert_identical):
    start = values(ldrsp.variables)
    first = ldrsp.train_epoch(*tags, epoch=0)
    trained = values(ldrsp.variables)
    assert any(np.any(a != b) for a, b in zip(start, trained))
    ldrsp.reset()
    assert_identical(values(ldrsp.variables), start)
    # The dropout streams too: the epoch repeats itself.
    assert ldrsp.train_epoch(*tags, epoch=0) == first
    assert_identical(values(ldrsp.variables), trained)


def test_bytes_train_like_floats(ldrsp, tags, values, assert_identical):
    states = []
    for dtype in (np.float32, np.uint8):
        ldrsp.reset()
        x, y = (tf.constant(part.astype(dtype)) for part in tags)
        ldrsp.train_epoch(x, y, epoch=0)
        states.append([*values(ldrsp.variables), ldrsp.generate(x).numpy()])
    assert_identical(*states)


@pytest.mark.slow
@pytest.mark.parametrize("name", METHODS)
def test_training_learns_a_learnable_rule(name, make_trainer, tags):
    alone = not get_method(name).has_generator
    trainer = make_trainer(
        name,
        generator_learning_rate=0.05,
        discriminator_learning_rate=0.05 if alone else 0.01,
        sampling=SamplingSettings(
            inference_steps=10 if alone else 2,
            normalized_gradient=get_method(name).iterates == "outputs",
        ),
    )
    first = trainer.train_epoch(*tags, epoch=0)
    for epoch in range(1, 40):
        last = trainer.train_epoch(*tags, epoch)
        assert all(type(value) is float for value in last.values())
        assert np.isfinite(list(last.values())).all()
    if not alone:
        assert last["surrogate_loss"] < 0.3 * first["surrogate_loss"]
        y = trainer.generate(tags[0])
    else:
        walk = (tf.constant(0.5), tf.constant(10), False)
        y = trainer.walk(tf.constant(tags[0]), *walk).outputs[-1]
    # Losses of two players need not fall: D's of GANs rise as G gets better.
    if trainer.method.estimates_value:
        assert last["discriminator_loss"] < first["discriminator_loss"]
    # From no tags at all the way is longer.
    least = 0.85 if alone else 0.9
    assert trainer.space.example_metric(y, tags[1]).mean() > least


def test_the_discriminator_learns_the_oracle(ldrsp, tags):
    # Of a still generator: its scores of the truth rise above those of the opposite.
    ldrsp.generator_optimizer.learning_rate = 0.0
    ldrsp.discriminator_optimizer.learning_rate = 0.02
    for epoch in range(60):
        ldrsp.train_epoch(*tags, epoch)
    score = ldrsp.score(tags[0])
    truth, opposite = tf.constant(tags[1]), tf.constant(1.0 - tags[1])
    assert np.mean(score(truth)) > 0.8
    assert np.mean(score(opposite)) < 0.5


# Outputs and walks.


def test_generate_is_the_activation_of_the_generator(ldrsp, tags):
    x = tf.constant(tags[0])
    logits = ldrsp.generator(x, training=False).numpy()
    np.testing.assert_allclose(ldrsp.generate(x), 1 / (1 + np.exp(-logits)), rtol=1e-5)
    np.testing.assert_array_equal(ldrsp.generate(x), ldrsp.generate(x))  # no dropout


def test_score_is_the_discriminator(ldrsp, tags):
    x, y = _batch(tags)
    np.testing.assert_allclose(
        ldrsp.score(x)(y), ldrsp.discriminator((x, y)), rtol=1e-6
    )


@pytest.mark.parametrize("normalized", [False, True])
def test_walk_generate_and_score_agree(normalized, ldrsp, tags):
    x = tf.constant(tags[0])
    walk = ldrsp.walk(x, tf.constant(0.3), tf.constant(4), normalized)
    assert walk.outputs.shape == (5, 24, 5)
    assert walk.scores.shape == (5, 24)
    np.testing.assert_allclose(walk.outputs[0], ldrsp.generate(x), rtol=1e-6)
    refined = refine(
        ldrsp.score(x),
        ldrsp.generate(x),
        step_size=0.3,
        steps=4,
        normalized=normalized,
    )
    np.testing.assert_allclose(walk.outputs[-1], refined, atol=1e-5)
    for output, scores in zip(walk.outputs, walk.scores):
        np.testing.assert_allclose(scores, ldrsp.score(x)(output), rtol=1e-5)
    assert np.max(walk.outputs) <= 1.0
    assert np.min(walk.outputs) >= 0.0
    assert np.any(walk.outputs[1] != walk.outputs[0])


def test_a_short_walk_raises_the_scores(ldrsp, tags):
    walk = ldrsp.walk(tf.constant(tags[0]), tf.constant(0.01), tf.constant(3), True)
    assert np.all(np.diff(walk.scores, axis=0) >= 0.0)


def test_walk_of_no_steps_is_the_generator(ldrsp, tags):
    x = tf.constant(tags[0])
    walk = ldrsp.walk(x, tf.constant(0.3), tf.constant(0), True)
    np.testing.assert_allclose(walk.outputs, ldrsp.generate(x)[None], rtol=1e-6)
    assert walk.scores.shape == (1, 24)


def test_the_walk_takes_bytes(ldrsp, tags):
    x = tags[0]
    arguments = tf.constant(0.3), tf.constant(2), True
    np.testing.assert_array_equal(
        ldrsp.walk(tf.constant(x.astype(np.uint8)), *arguments).outputs,
        ldrsp.walk(tf.constant(x), *arguments).outputs,
    )


# Arguments that do not fit.


def _trainer(generator, discriminator, method=LDRSP):
    return Trainer(generator, discriminator, method, TagSpace(), TrainingSettings())


def test_build_refuses_a_generator_of_the_wrong_shape(tags):
    with pytest.raises(UsageError, match=r"generator.*\(4,\).*\(5,\)"):
        _trainer(MLP(4, (6,)), EnergyNetwork(5, (6,))).build(*tags)


class _ColumnScores(EnergyNetwork):
    def logits(self, features, y, training=False):
        return super().logits(features, y, training)[:, None]


def test_build_refuses_a_discriminator_of_the_wrong_shape(tags):
    with pytest.raises(UsageError, match=r"discriminator.*\(1, 1\).*\(1,\)"):
        _trainer(MLP(5, (6,)), _ColumnScores(5, (6,))).build(*tags)


class _Ignorant(Discriminator):
    """A discriminator that ignores y."""

    def __init__(self):
        super().__init__()
        self.head = keras.layers.Dense(1)

    def features(self, x, training=False):
        return self.head(x)

    def logits(self, features, y, training=False):
        return features[:, 0]


def test_a_discriminator_that_ignores_y_is_refused(tags):
    # In `build`, since TensorFlow hides the types of exceptions that it traces.
    with pytest.raises(UsageError, match="no gradient with respect to the output"):
        _trainer(MLP(5, (6,)), _Ignorant()).build(*tags)


def test_a_method_without_a_discriminator_cannot_walk(make_trainer, tags):
    trainer = make_trainer("baseline")
    with pytest.raises(UsageError, match="discriminator"):
        trainer.walk(tf.constant(tags[0]), tf.constant(0.1), tf.constant(2), True)


# Maps: another space, a score for every pixel, and random crops of every image.


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


@pytest.mark.slow
def test_maps_are_trained_and_refined_per_pixel(
    make_map_trainer, maps, values, assert_identical
):
    trainer = make_map_trainer(
        generator_learning_rate=0.01, discriminator_learning_rate=0.01
    )
    first = trainer.train_epoch(*maps, epoch=0)
    for epoch in range(1, 20):
        last = trainer.train_epoch(*maps, epoch)
    assert np.isfinite(list(last.values())).all()
    assert last["surrogate_loss"] < 0.8 * first["surrogate_loss"]
    assert last["discriminator_loss"] < first["discriminator_loss"]
    before = values(trainer.variables)
    x = tf.constant(maps[0][:, :8, :8])
    walk = trainer.walk(x, tf.constant(4.0), tf.constant(3), True)
    assert walk.outputs.shape == (4, 8, 8, 8, 2)
    assert walk.scores.shape == (4, 8, 8, 8)
    np.testing.assert_allclose(tf.reduce_sum(walk.outputs, -1), 1.0, atol=1e-5)
    np.testing.assert_allclose(walk.outputs[0], trainer.generate(x), atol=1e-5)
    # Outputs of an image are its own, and batch statistics stay as they were.
    others = tf.concat([x[:1], -x[1:]], 0)
    changed = trainer.walk(others, tf.constant(4.0), tf.constant(3), True)
    np.testing.assert_allclose(changed.outputs[:, 0], walk.outputs[:, 0], atol=1e-4)
    assert_identical(values(trainer.variables), before)


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
