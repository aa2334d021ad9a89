import keras
import numpy as np
import pytest
import tensorflow as tf

from ldrsp_tf.models import Discriminator

_LABELS = 5


class _OfTags(Discriminator):
    def __init__(self, units=_LABELS):
        super().__init__()
        self.dense = keras.layers.Dense(units)

    def features(self, x, training=False):
        return self.dense(x)

    def logits(self, features, y, training=False):
        return tf.reduce_sum(features * y, -1)


class _Blind(_OfTags):
    def logits(self, features, y, training=False):
        return tf.reduce_sum(features, -1)


class _Column(_OfTags):
    def logits(self, features, y, training=False):
        return (features * y)[:, :1]


class _Narrow(_OfTags):
    def __init__(self):
        super().__init__(units=3)
        self.dense.build((None, 7))


def test_a_discriminator_of_the_users_is_trained(make_refiner, tags, eagerly):
    discriminator = _OfTags()
    discriminator.dense.build((None, 7))
    before = discriminator.get_weights()
    refiner = make_refiner(discriminator=discriminator)
    refiner.fit(tags, 0.5, epochs=1)
    assert refiner.discriminator is discriminator
    assert np.any(discriminator.get_weights()[0] != before[0])
    x = tf.constant(tags[0])
    prediction = refiner.predict(tags[0])
    np.testing.assert_allclose(
        prediction.scores, discriminator((x, prediction.refined)), rtol=1e-5
    )


@pytest.mark.parametrize(
    ("discriminator", "match"),
    [
        (_Blind, "ignores y"),
        (_Column, r"scores have shape \(1, 1\) where the oracle's values have \(1,\)"),
        (_Narrow, r"networks do not take inputs of shape \(19, 7\)"),
    ],
)
def test_discriminators_that_do_not_fit_are_refused(
    discriminator, match, make_refiner, tags, refused
):
    with refused(match):
        make_refiner(discriminator=discriminator()).fit(tags, epochs=1)


class _Sharing(_OfTags):
    def __init__(self, shared):
        super().__init__()
        self.shared = shared

    def features(self, x, training=False):
        return self.dense(self.shared(x))


def test_a_discriminator_does_not_train_layers_of_a_frozen_model(
    make_refiner, tags, refused, assert_identical, eagerly
):
    shared = keras.layers.Dense(3)
    model = keras.Sequential([shared, keras.layers.Dense(_LABELS)])
    refiner = make_refiner(model, frozen=True, discriminator=_Sharing(shared))
    with refused("trains the weights '.*kernel', which belong to the frozen generator"):
        refiner.fit(tags, 0.5, epochs=1)
    # It may read them, and train its own.
    shared.trainable = False
    before = model.get_weights()
    refiner = make_refiner(model, frozen=True, discriminator=_Sharing(shared))
    refiner.fit(tags, 0.5, epochs=1)
    assert_identical(model.get_weights(), before)
