import keras
import numpy as np
import pytest
import tensorflow as tf

from ldrsp_tf.errors import UsageError
from ldrsp_tf.methods import LDRSP, METHODS, get_method
from ldrsp_tf.models import MLP, Discriminator, EnergyNetwork
from ldrsp_tf.settings import SamplingSettings, TrainingSettings
from ldrsp_tf.spaces.tags import TagSpace
from ldrsp_tf.training.trainer import Trainer
from tests.ldrsp_tf.training.single_steps import step

# Building.


def test_the_baseline_leaves_the_discriminator_out(make_trainer, tags):
    trainer = make_trainer("baseline")
    assert trainer.discriminator is None
    assert set(step(trainer, tags)) == {"surrogate_loss"}
    assert len(trainer.variables) == len(
        trainer.generator.variables + trainer.generator_optimizer.variables
    )
    Trainer(MLP(5), None, get_method("baseline"), TagSpace(), TrainingSettings())


def test_a_refining_method_needs_a_discriminator():
    with pytest.raises(UsageError, match="'ldrsp' needs a discriminator"):
        Trainer(MLP(5), None, LDRSP, TagSpace(), TrainingSettings())


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
