import keras
import numpy as np
import pytest

from ldrsp_tf.models import MLP, CrossFitted, EnergyNetwork
from ldrsp_tf.models.ensembles import MeanDiscriminator
from ldrsp_tf.refiner.network_identity import (
    checksum_of_config,
    describe_discriminator,
    describe_generator,
)

_layers = keras.layers
_FEATURES, _LABELS = 7, 5


def _sequential(activation="relu", rate=0.5):
    return keras.Sequential(
        [
            _layers.Dense(4, activation),
            _layers.Dropout(rate),
            _layers.BatchNormalization(),
            _layers.Dense(_LABELS),
        ]
    )


def _branches(first="relu", second="tanh", swap=False):
    """Makes two layers of the same shapes, one of which is squashed again."""
    x = keras.Input((_FEATURES,))
    branches = [_layers.Dense(4, first)(x), _layers.Dense(4, second)(x)]
    squashed, other = reversed(branches) if swap else branches
    y = _layers.Dense(_LABELS)(keras.ops.sigmoid(squashed) + other)
    return keras.Model(x, y)


def _nested():
    inner = keras.Sequential([_layers.Dense(_FEATURES), _layers.GaussianNoise(0.1)])
    inner.trainable = False
    inner.compile("sgd", "mse")
    return keras.Sequential([inner, _layers.Dense(_LABELS)])


def _shared():
    x, layer = keras.Input((_FEATURES,)), _layers.Dense(_FEATURES)
    return keras.Model(x, _layers.Dense(_LABELS)(layer(layer(x))))


def _normalized():
    layer = _layers.Normalization()
    layer.adapt(np.arange(2.0 * _FEATURES).reshape(2, _FEATURES))
    return keras.Sequential([layer, _layers.Dense(_LABELS, dtype="mixed_float16")])


def _drawing():
    """Makes a model of a layer that draws a seed for itself."""
    layers = [_layers.Reshape((_FEATURES, 1, 1)), _layers.RandomRotation(0.1)]
    return keras.Sequential([*layers, _layers.Flatten(), _layers.Dense(_LABELS)])


def _cross_fitted(rate=0.5):
    members = [MLP(_LABELS, (3,), hidden_dropout=rate) for _ in range(2)]
    return CrossFitted(members, _FEATURES)


_MAKERS = (
    _sequential,
    _branches,
    _nested,
    _shared,
    _normalized,
    _drawing,
    _cross_fitted,
    lambda: MLP(_LABELS, (4,)),
)


def _built(model, rows=2):
    model(np.zeros((rows, _FEATURES), np.float32))
    return model


@pytest.mark.parametrize("make", _MAKERS)
def test_the_same_generator_made_again_or_loaded_is_the_same(make, tmp_path):
    model, again = _built(make()), _built(make(), rows=3)
    again.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras", compile=False)
    names = [
        [layer.name for layer in each._flatten_layers()] for each in (model, again)
    ]
    assert names[0] != names[1]
    for other in (again, loaded):
        assert describe_generator(other) == describe_generator(model)
        assert checksum_of_config(other) == checksum_of_config(model)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (_sequential(), _sequential("tanh")),
        (_sequential(), _sequential(rate=0.25)),
        (_branches(), _branches(swap=True)),
        (_branches(), _branches("tanh", "relu")),
        (_cross_fitted(), _cross_fitted(0.25)),
        (
            keras.Sequential([_layers.Dense(_LABELS, dtype="float16")]),
            keras.Sequential([_layers.Dense(_LABELS, dtype="float32")]),
        ),
    ],
)
def test_other_layers_of_the_same_shapes_are_told_apart(one, other):
    assert describe_generator(_built(one)) == describe_generator(_built(other))
    assert checksum_of_config(one) != checksum_of_config(other)


def test_parts_of_a_discriminator_are_told_apart():
    def mean_of(*entropies):
        members = [EnergyNetwork(_LABELS, (4,), entropy=e) for e in entropies]
        return MeanDiscriminator(members)

    assert checksum_of_config(mean_of(False)) == checksum_of_config(mean_of(False))
    assert checksum_of_config(mean_of(False)) != checksum_of_config(mean_of(True))


class _Closed(keras.Model):
    def __init__(self, error):
        super().__init__()
        self.error = error

    def get_config(self):
        raise self.error


@pytest.mark.parametrize("error", [NotImplementedError(), AttributeError("units")])
def test_a_network_that_does_not_tell_its_configuration_is_known_by_its_class(error):
    model = _Closed(error)
    assert describe_generator(model)["generator"] == "_Closed"
    assert describe_discriminator(model) == {
        "discriminator": "_Closed",
        "shapes of D's weights": [],
    }
    assert checksum_of_config(model) == checksum_of_config(_Closed(ValueError()))


class _Units(keras.Model):
    def __init__(self, **config):
        super().__init__()
        self.config = config

    def get_config(self):
        return {"units": 3, **self.config}


def test_arguments_of_another_version_of_keras_are_left_out_by_default():
    former = checksum_of_config(_Units())
    assert checksum_of_config(_Units(quantization=None, optional=False)) == former
    for other in (_Units(units=0), _Units(optional=True), _Units(rate=0.0)):
        assert checksum_of_config(other) != former


def test_a_configuration_of_other_objects_is_left_out():
    class Odd(keras.Model):
        def get_config(self):
            return {"made": object(), "units": 3}

    assert checksum_of_config(Odd()) == checksum_of_config(_Closed(ValueError()))


def test_there_may_be_no_network():
    assert describe_generator(None)["generator"] is None
    assert describe_discriminator(None)["discriminator"] is None
    assert checksum_of_config(None) == checksum_of_config(None)
