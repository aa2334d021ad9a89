import dataclasses

import keras
import numpy as np
import pytest

from ldrsp_tf.methods import LDRSP, WGAN_GP
from tests.ldrsp_tf.training.single_steps import (
    WITHOUT_SAMPLES,
    step,
)


def _generator_step(make_trainer, tags, values, method, **settings):
    """Returns minus the gradients of a step of G, and the step's scalars."""
    trainer = make_trainer(
        method, optimizer=lambda: keras.optimizers.SGD(1.0), **settings
    )
    before = values(trainer.generator.trainable_variables)
    scalars = step(trainer, tags)
    after = values(trainer.generator.trainable_variables)
    return [new - old for new, old in zip(after, before)], scalars


def _scaled(method, scale):
    loss = method.generator_loss
    return dataclasses.replace(
        method, generator_loss=lambda logits: scale * loss(logits)
    )


@pytest.mark.parametrize("method", [WITHOUT_SAMPLES, WGAN_GP], ids=["ldrsp", "wgan"])
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
    method = WITHOUT_SAMPLES
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


def test_without_adversarial_weight_the_generator_is_the_baseline(
    make_trainer, tags, values, assert_identical
):
    trained = []
    for trainer in (
        make_trainer("ldrsp", adversarial_weight=0.0),
        make_trainer("baseline"),
    ):
        for iteration in range(3):
            step(trainer, tags, iteration)
        trained.append(values(trainer.generator.variables))
    assert_identical(*trained)


def test_a_method_may_train_its_generator_by_the_surrogate_loss_alone(
    make_trainer, tags, values, assert_identical, eagerly
):
    # `generator_loss` None beside a discriminator, as `Method` says.
    method = dataclasses.replace(LDRSP, name="apart", generator_loss=None)
    trained = []
    for trainer in (make_trainer(method), make_trainer("baseline")):
        step(trainer, tags)
        trained.append(values(trainer.generator.variables))
    assert_identical(*trained)
    of_epoch = make_trainer(method).train_epoch(*tags, epoch=0)
    assert set(of_epoch) == {"surrogate_loss", "discriminator_loss"}
