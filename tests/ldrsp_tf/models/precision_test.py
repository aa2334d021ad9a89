"""The precision of a network's layers is the network's, whatever is set for Keras."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from ldrsp_tf.models.autoencoder import AutoencoderEnergy
from ldrsp_tf.models.energy_network import EnergyNetwork
from ldrsp_tf.models.ensembles import CrossFitted, MeanDiscriminator
from ldrsp_tf.models.mlp import MLP
from ldrsp_tf.models.ratio_network import RatioNetwork
from ldrsp_tf.models.segmentation import PatchDiscriminator, SegmentationNetwork
from ldrsp_tf.models.value_network import ValueNetwork

_LOW = "mixed_bfloat16"
_LABELS = 3
_X = tf.random.stateless_normal([2, 5], [0, 1])
_Y = tf.random.stateless_uniform([2, _LABELS], [0, 2])
_IMAGES = tf.random.stateless_normal([2, 8, 8, 3], [0, 3])
_MASKS = tf.nn.softmax(tf.random.stateless_normal([2, 8, 8, 2], [0, 4]))
_MASKS_OF_IMAGES = (_IMAGES, _MASKS)

_NETWORKS = {
    "mlp": (
        lambda **dtype: MLP(
            _LABELS, (4,), input_dropout=0.1, hidden_dropout=0.1, l2=0.1, **dtype
        ),
        _X,
    ),
    "ratio": (
        lambda **dtype: RatioNetwork(
            _LABELS, (4,), dropout=0.1, interaction_units=2, **dtype
        ),
        (_X, _Y, _Y),
    ),
    "energy": (lambda **dtype: EnergyNetwork(_LABELS, (4,), **dtype), (_X, _Y)),
    "autoencoder": (
        lambda **dtype: AutoencoderEnergy(_LABELS, (4, 2), **dtype),
        (_X, _Y),
    ),
    "value": (
        lambda **dtype: ValueNetwork(width=2, window=8, **dtype),
        _MASKS_OF_IMAGES,
    ),
    **{
        body: (
            lambda body=body, batch_norm=batch_norm, **dtype: SegmentationNetwork(
                2, body, 2, batch_norm, **dtype
            ),
            _IMAGES,
        )
        for body, batch_norm in (("fcn", False), ("unet", True))
    },
    "patches": (lambda **dtype: PatchDiscriminator(width=2, **dtype), _MASKS_OF_IMAGES),
}


@pytest.fixture
def low_precision():
    """Sets a low precision for all of Keras, as long as a test needs it."""
    usual = keras.config.dtype_policy()
    keras.config.set_dtype_policy(_LOW)
    yield
    keras.config.set_dtype_policy(usual)


def _precisions(network):
    """Returns the precision of the network and of each inner layer that computes.

    Inner models join layers, and have inputs; Keras gives both what is set for all.
    """
    joints = (keras.Model, keras.layers.InputLayer)
    layers = network._flatten_layers(include_self=False)
    inner = [layer for layer in layers if not isinstance(layer, joints)]
    return [layer.compute_dtype for layer in (network, *inner)]


def _saved(network, inputs, folder):
    """Returns the outputs of a network that it saves."""
    outputs = network(inputs)
    network.save(folder / "network.keras")
    return outputs


def _assert_loaded_the_same(network, outputs, inputs, folder):
    loaded = keras.saving.load_model(folder / "network.keras")
    assert _precisions(loaded) == _precisions(network)
    np.testing.assert_array_equal(loaded(inputs), outputs)


@pytest.mark.parametrize("name", _NETWORKS)
def test_a_precision_of_its_own_is_that_of_all_layers(name):
    make, inputs = _NETWORKS[name]
    network = make(dtype=_LOW)
    network(inputs)
    assert set(_precisions(network)) == {"bfloat16"}


@pytest.mark.parametrize("name", _NETWORKS)
def test_a_network_saved_in_one_precision_is_loaded_the_same_in_another(
    name, low_precision, tmp_path
):
    make, inputs = _NETWORKS[name]
    network = make()
    outputs = _saved(network, inputs, tmp_path)
    keras.config.set_dtype_policy("float32")
    _assert_loaded_the_same(network, outputs, inputs, tmp_path)


@pytest.mark.parametrize("name", _NETWORKS)
def test_single_precision_stays_where_a_lower_one_is_set(name, request, tmp_path):
    make, inputs = _NETWORKS[name]
    network = make()
    outputs = _saved(network, inputs, tmp_path)
    request.getfixturevalue("low_precision")
    _assert_loaded_the_same(network, outputs, inputs, tmp_path)


def test_a_cross_fitted_generator_leaves_the_precision_to_its_members(
    low_precision, tmp_path
):
    network = CrossFitted([MLP(_LABELS, (), dtype="float32")], 5)
    outputs = _saved(network, _X, tmp_path)
    np.testing.assert_array_equal(outputs, network.members[0](_X))
    keras.config.set_dtype_policy("float32")
    _assert_loaded_the_same(network, outputs, _X, tmp_path)


def test_a_mean_of_discriminators_leaves_it_to_them_as_well(low_precision, tmp_path):
    network = MeanDiscriminator([EnergyNetwork(_LABELS, (4,)) for _ in range(2)])
    outputs = _saved(network, (_X, _Y), tmp_path)
    keras.config.set_dtype_policy("float32")
    loaded = keras.saving.load_model(tmp_path / "network.keras")
    np.testing.assert_array_equal(loaded((_X, _Y)), outputs)
