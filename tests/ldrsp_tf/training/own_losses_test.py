import keras
import numpy as np
import pytest
import tensorflow as tf

from ldrsp_tf.methods import get_method
from ldrsp_tf.models import EnergyNetwork
from ldrsp_tf.models.own_losses import OwnLosses
from ldrsp_tf.settings import SamplingSettings, TrainingSettings
from ldrsp_tf.spaces.tags import TagSpace
from ldrsp_tf.training.trainer import Trainer

pytestmark = pytest.mark.slow

LABELS = 5


class _AddsLoss(keras.layers.Layer):
    """Adds the mean square of what passes through, times a strength."""

    def __init__(self, strength):
        super().__init__()
        self.strength = strength

    def call(self, x):
        self.add_loss(self.strength * keras.ops.mean(x**2))
        return x


def _kernel_regularizer(strength):
    regularizer = keras.regularizers.L2(strength)
    return [keras.layers.Dense(LABELS, kernel_regularizer=regularizer)]


def _activity_regularizer(strength):
    regularizer = keras.regularizers.L2(strength)
    return [keras.layers.Dense(LABELS, activity_regularizer=regularizer)]


def _add_loss(strength):
    return [keras.layers.Dense(LABELS), _AddsLoss(strength)]


class _AddsLossInTraining(_AddsLoss):
    def call(self, x, training=False):
        return super().call(x) if training else x


class _AddsLossInPrediction(_AddsLoss):
    def call(self, x, training=False):
        return x if training else super().call(x)


def _add_loss_in_training(strength):
    return [keras.layers.Dense(LABELS), _AddsLossInTraining(strength)]


KINDS = [
    _kernel_regularizer,
    _activity_regularizer,
    _add_loss,
    _add_loss_in_training,
]


class _Recording:
    """An optimizer that keeps the gradients of a step."""

    def apply(self, gradients, variables):
        del variables
        self.gradients = gradients


def _trainer(layers, tags, method="ldrsp", discriminator=None):
    trainer = Trainer(
        keras.Sequential(layers),
        discriminator or EnergyNetwork(LABELS, (6,)),
        get_method(method),
        TagSpace(),
        TrainingSettings(batch_size=8, sampling=SamplingSettings(inference_steps=2)),
    )
    trainer.build(*tags)
    return trainer


@pytest.mark.parametrize("kind", KINDS)
def test_losses_of_the_generators_own_enter_its_loss(tags, kind):
    weights, losses = [], []
    for strength in (0.0, 10.0):
        keras.utils.set_random_seed(0)
        trainer = _trainer(kind(strength), tags)
        losses.append(trainer.train_epoch(*tags, 0)["regularization_loss"])
        weights.append(np.abs(trainer.generator.layers[0].kernel).sum())
    assert losses[0] == 0.0 < losses[1]
    assert weights[1] < weights[0]


def test_gradients_are_those_of_keras_own_fit(tags):
    """With plain descent, one step of the baseline is one step of `Model.fit`."""
    x, y = (part[:8] for part in tags)
    steps = []
    for fit_by_keras in (True, False):
        keras.utils.set_random_seed(0)
        model = keras.Sequential(
            [*_activity_regularizer(0.3), *_kernel_regularizer(0.2), _AddsLoss(0.1)]
        )
        model(x)
        if fit_by_keras:
            loss = keras.losses.BinaryCrossentropy(from_logits=True)
            model.compile(keras.optimizers.SGD(0.5), loss, jit_compile=False)
            model.fit(x, y, batch_size=8, epochs=1, shuffle=False, verbose=0)
        else:
            settings = TrainingSettings(batch_size=8)
            trainer = Trainer(model, None, get_method("baseline"), TagSpace(), settings)
            trainer.build(x, y)
            before = [variable.numpy() for variable in model.trainable_variables]
            optimizer = _Recording()
            trainer.generator_optimizer = optimizer
            trainer.train_step(tf.constant(x), tf.constant(y), tf.constant(0))
            for variable, value, gradient in zip(
                model.trainable_variables, before, optimizer.gradients, strict=True
            ):
                variable.assign(value - 0.5 * gradient)
        steps.append([variable.numpy() for variable in model.trainable_variables])
    for by_keras, by_us in zip(*steps, strict=True):
        np.testing.assert_allclose(by_us, by_keras, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("layers", [[], [_AddsLossInPrediction(1.0)]])
def test_networks_without_own_losses_in_training_have_no_such_scalar(layers, tags):
    trainer = _trainer([keras.layers.Dense(LABELS), *layers], tags)
    scalars = trainer.train_epoch(*tags, 0)
    assert "regularization_loss" not in scalars


@pytest.mark.parametrize("kind", ["kernel_regularizer", "activity_regularizer"])
@pytest.mark.parametrize("method", ["ldrsp", "ldrsp_plus"])
def test_losses_of_the_discriminators_own_enter_its_loss(tags, kind, method):
    kernels = []
    for strength in (0.0, 10.0):
        keras.utils.set_random_seed(0)
        discriminator = EnergyNetwork(LABELS, (6,))
        layer = next(
            layer
            for layer in discriminator._flatten_layers()
            if isinstance(layer, keras.layers.Dense)
        )
        setattr(layer, kind, keras.regularizers.L2(strength))
        trainer = _trainer([keras.layers.Dense(LABELS)], tags, method, discriminator)
        trainer.train_epoch(*tags, 0)
        kernels.append(np.abs(layer.kernel).sum())
    assert kernels[1] < kernels[0]


def test_losses_of_several_calls_are_summed_and_those_of_walks_discarded():
    layer = _AddsLoss(1.0)
    model = keras.Sequential([layer, *_kernel_regularizer(1.0)])
    model(tf.ones([2, 3]))
    weights = model.losses[-1]
    losses = OwnLosses(model)
    layer(tf.fill([2, 3], 2.0))
    losses.collect()
    layer(tf.fill([2, 3], 100.0))
    losses.discard()
    layer(tf.fill([2, 3], 3.0))
    losses.collect()
    np.testing.assert_allclose(losses.total(), 4.0 + 9.0 + weights)


def test_a_network_without_losses_has_no_total():
    model = keras.Sequential([keras.layers.Dense(2)])
    losses = OwnLosses(model)
    model(tf.ones([1, 3]))
    losses.collect()
    assert losses.total() is None
