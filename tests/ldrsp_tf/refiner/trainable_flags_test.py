import json

import keras
import pytest

from ldrsp_tf.data.examples import Examples
from ldrsp_tf.models import MLP, EnergyNetwork
from ldrsp_tf.refinement import Refinement
from ldrsp_tf.refiner.refiner import Refiner
from ldrsp_tf.refiner.trainable_flags import set_trainable_flags, trainable_flags

_LABELS = 5


def _nested():
    inner = keras.Sequential([keras.layers.Dense(3), keras.layers.Dense(2)])
    model = keras.Sequential([inner, keras.layers.Dense(1)])
    model.build((None, 4))
    return model, inner


def test_a_layer_within_a_frozen_one_keeps_its_own_flag():
    model, inner = _nested()
    inner.trainable = False
    inner.layers[1].trainable = True
    other, inner_of_other = _nested()
    set_trainable_flags(other, trainable_flags(model))
    assert trainable_flags(other) == trainable_flags(model)
    assert not inner_of_other.trainable and inner_of_other.layers[1].trainable
    assert len(other.trainable_variables) == len(model.trainable_variables)


def test_flags_of_another_network_are_left_out():
    model, _ = _nested()
    set_trainable_flags(model, [False, False])
    assert all(trainable_flags(model))


@pytest.mark.parametrize("is_told", [True, False])
def test_a_loaded_refiner_has_the_frozen_layers_of_the_saved_one(
    is_told, make_refiner, tags, tmp_path, eagerly
):
    generator, discriminator = MLP(_LABELS, (6,)), EnergyNetwork(_LABELS, (4,))
    generator(tags[0])
    generator.body[0].trainable = False
    refiner = make_refiner(generator, discriminator=discriminator, method="ldrsp")
    refiner.assemble(Examples(*tags))
    refiner.refinement = Refinement(0.5, 1)
    refiner.save(tmp_path)
    path = tmp_path / "refiner.json"
    description = json.loads(path.read_text())
    if not is_told:  # A file of an older version.
        del description["trainable"]
        path.write_text(json.dumps(description))
    loaded = Refiner.load(tmp_path).generator
    number = 2 if is_told else 4
    assert len(generator.trainable_variables) == 2
    assert len(loaded.trainable_variables) == number
