import keras
import numpy as np
import pytest
import tensorflow as tf

from ldrsp_tf.models import Discriminator, EnergyNetwork, PatchDiscriminator


class _PixelDiscriminator(Discriminator):
    """One linear logit a pixel, of x `[B, H, W, 2]` and y `[B, H, W, 3]`."""

    def __init__(self):
        super().__init__()
        self.of_x, self.of_y = keras.layers.Dense(1), keras.layers.Dense(1)
        self.trainings = []

    def features(self, x, training=False):
        self.trainings.append(training)
        return {"x": self.of_x(x)}

    def logits(self, features, y, training=False):
        self.trainings.append(training)
        return tf.squeeze(features["x"] + self.of_y(y), -1)


def test_is_abstract():
    with pytest.raises(TypeError, match="abstract"):
        Discriminator()


@pytest.mark.parametrize("missing", ["features", "logits"])
def test_a_subclass_defines_both_methods(missing):
    defined = {"features": lambda self, x: x, "logits": lambda self, f, y: y}
    del defined[missing]
    incomplete = type("Incomplete", (Discriminator,), defined)
    with pytest.raises(TypeError, match=missing):
        incomplete()


def test_the_energy_network_is_one():
    assert isinstance(EnergyNetwork(5), Discriminator)


def test_scores_of_maps_and_features_of_any_structure():
    model = _PixelDiscriminator()
    x, y = tf.ones([2, 4, 4, 2]), tf.random.stateless_uniform([2, 4, 4, 3], [0, 1])
    scores = model((x, y))
    assert scores.shape == (2, 4, 4)
    logits = model.logits(model.features(x), y)
    np.testing.assert_allclose(scores, 1.0 / (1.0 + np.exp(-logits)), rtol=1e-5)


def test_its_variables_are_divided_as_keras_does():
    model = PatchDiscriminator(width=2)
    model((tf.ones([1, 8, 8, 3]), tf.ones([1, 8, 8, 2])))
    for trainable in (True, False):
        model.trainable = trainable
        for name in ("trainable_variables", "non_trainable_variables"):
            expected = getattr(keras.Model, name).fget(model)
            found = getattr(model, name)
            assert [id(v) for v in found] == [id(v) for v in expected]


@pytest.mark.parametrize("training", [False, True])
def test_call_hands_on_whether_it_is_training(training):
    model = _PixelDiscriminator()
    model((tf.ones([1, 2, 2, 2]), tf.ones([1, 2, 2, 3])), training=training)
    assert set(model.trainings) == {training}
