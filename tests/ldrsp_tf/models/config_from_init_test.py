import copy

import keras
import numpy as np
import pytest

from ldrsp_tf.models import MLP, AutoencoderEnergy, EnergyNetwork, ValueNetwork
from ldrsp_tf.models.config_from_init import ConfigFromInit
from ldrsp_tf.models.segmentation import PatchDiscriminator, SegmentationNetwork

_RNG = np.random.default_rng(0)
_FEATURES = _RNG.normal(size=(3, 6)).astype(np.float32)
_TAGS = _RNG.uniform(size=(3, 4)).astype(np.float32)
_IMAGES = _RNG.normal(size=(2, 8, 8, 3)).astype(np.float32)
_MASKS = _RNG.uniform(size=(2, 8, 8, 2)).astype(np.float32)

_CASES = {
    "mlp": (lambda: MLP(4, (5,), hidden_dropout=0.1), _FEATURES),
    "energy": (lambda: EnergyNetwork(4, hidden=(5, 3)), (_FEATURES, _TAGS)),
    "plain energy": (
        lambda: EnergyNetwork(4, (5,), interaction_units=0),
        (_FEATURES, _TAGS),
    ),
    "fcn": (lambda: SegmentationNetwork(2, width=2), _IMAGES),
    "energy with entropy": (
        lambda: EnergyNetwork(4, (5,), entropy=True),
        (_FEATURES, _TAGS),
    ),
    "autoencoder": (lambda: AutoencoderEnergy(4, (5, 3)), (_FEATURES, _TAGS)),
    "value": (lambda: ValueNetwork(2, window=8), (_IMAGES, _MASKS)),
    "patch": (
        lambda: PatchDiscriminator("fcn", 2, head="bilinear", pooled=True),
        (_IMAGES, _MASKS),
    ),
}


@pytest.mark.parametrize("case", _CASES)
def test_a_saved_network_gives_the_same_numbers(case, tmp_path):
    make, inputs = _CASES[case]
    model = make()
    expected = model(inputs)
    model.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    assert type(loaded) is type(model)
    assert loaded.name == model.name
    np.testing.assert_array_equal(loaded(inputs), expected)


def test_the_configuration_has_every_argument_with_its_default():
    config = MLP(4, hidden_dropout=0.5, name="mine").get_config()
    assert config == {
        "labels": 4,
        "hidden": (150,),
        "input_dropout": 0.0,
        "hidden_dropout": 0.5,
        "l2": 0.0,
        "name": "mine",
        "dtype": "float32",
    }


def test_the_precision_is_kept():
    config = MLP(4, dtype="mixed_bfloat16").get_config()
    assert MLP.from_config(config).dtype_policy.name == "mixed_bfloat16"


class _KeywordOnly(ConfigFromInit, keras.Model):
    def __init__(self, units, *, scale=2.0, **further):
        super().__init__(**further)
        self.dense, self.scale = keras.layers.Dense(units), scale

    def call(self, x):
        return self.scale * self.dense(x)


def test_keyword_only_arguments_and_any_name_of_further_ones(tmp_path):
    model = _KeywordOnly(3, scale=0.5, name="mine")
    expected = model(_FEATURES)
    assert model.get_config()["scale"] == 0.5
    model.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(
        tmp_path / "model.keras", custom_objects={"_KeywordOnly": _KeywordOnly}
    )
    np.testing.assert_array_equal(loaded(_FEATURES), expected)


class _Fixed(MLP):
    """A user's subclass, which takes neither a name nor a precision."""

    def __init__(self, dropout=0.25):
        super().__init__(4, (5,), hidden_dropout=dropout)


def test_a_subclass_has_its_own_arguments(tmp_path):
    model = _Fixed()
    expected = model(_FEATURES)
    assert model.get_config() == {"dropout": 0.25}
    model.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(
        tmp_path / "model.keras", custom_objects={"_Fixed": _Fixed}
    )
    np.testing.assert_array_equal(loaded(_FEATURES), expected)


def test_a_missing_argument_is_named():
    with pytest.raises(TypeError, match="labels"):
        MLP()


def test_networks_can_be_copied():
    model = MLP(4, (5,))
    expected = model(_FEATURES)
    np.testing.assert_array_equal(copy.deepcopy(model)(_FEATURES), expected)
