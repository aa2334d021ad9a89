"""A refiner of raw inputs, beside one of the same inputs preprocessed by hand."""

import json

import keras
import numpy as np
import pytest
import tensorflow as tf

from ldrsp_tf.controls import control_outputs
from ldrsp_tf.data.examples import Examples
from ldrsp_tf.models import EnergyNetwork
from ldrsp_tf.models.preprocessing import StandardizeFeatures
from ldrsp_tf.refiner import Refiner

FEATURES, LABELS = 7, 5  # Those of `tags`.
_SCALES = 10.0 ** np.arange(FEATURES)


@pytest.fixture(scope="module")
def raw(tags):
    """Makes features of other units, with means far from 0."""
    return (tags[0] * _SCALES + 5 * _SCALES).astype(np.float32)


@pytest.fixture(scope="module")
def preprocessing():
    return StandardizeFeatures(tuple((5 * _SCALES).tolist()), tuple(_SCALES.tolist()))


@pytest.fixture(scope="module")
def make_fitted(make_refiner):
    def make(data, **given):
        keras.utils.set_random_seed(0)
        refiner = make_refiner(discriminator=EnergyNetwork(LABELS, (6,)), **given)
        refiner.fit(data, 0.25, epochs=2)
        return refiner

    return make


@pytest.fixture(scope="module")
def of_raw(make_fitted, raw, tags, preprocessing):
    return make_fitted((raw, tags[1]), preprocessing=preprocessing)


@pytest.mark.slow
def test_the_training_is_that_of_preprocessed_inputs(
    of_raw, make_fitted, raw, tags, assert_identical
):
    fitted = make_fitted(tags)
    np.testing.assert_array_equal(of_raw.preprocess(raw), tags[0])
    raw_data = raw, tags[1]
    actual, expected = of_raw.predict(raw), fitted.predict(tags[0])
    assert_identical(actual[:3], expected[:3])
    assert of_raw.evaluate(raw_data) == fitted.evaluate(tags)
    assert of_raw.validate(Examples(*raw_data)) == fitted.validate(Examples(*tags))
    controls = control_outputs(of_raw, raw), control_outputs(fitted, tags[0])
    assert_identical(*(list(outputs.values()) for outputs in controls))


def test_its_files_take_raw_inputs(of_raw, raw, tags, tmp_path, assert_identical):
    expected = of_raw.predict(raw)
    of_raw.save(tmp_path)
    loaded = Refiner.load(tmp_path)
    assert_identical(loaded.predict(raw)[:3], expected[:3])
    loaded.fit((raw, tags[1]), 0.25, epochs=1)
    assert json.loads((tmp_path / "refiner.json").read_text())["format"] == 3


def test_a_folder_without_its_preprocessing_is_refused(of_raw, tmp_path, refused):
    of_raw.save(tmp_path)
    (tmp_path / "preprocessing.keras").unlink()
    with refused(r"no whole refiner: preprocessing\.keras is missing"):
        Refiner.load(tmp_path)


def test_another_refiner_in_its_folder_has_none(of_raw, fitted, tags, tmp_path):
    of_raw.save(tmp_path)
    fitted.save(tmp_path)
    assert not (tmp_path / "preprocessing.keras").exists()
    assert json.loads((tmp_path / "refiner.json").read_text())["format"] == 2
    assert Refiner.load(tmp_path).preprocessing is None


def test_its_export_takes_raw_inputs(of_raw, raw, tmp_path):
    of_raw.export(tmp_path)
    serve = tf.saved_model.load(str(tmp_path)).signatures["serving_default"]
    served, prediction = serve(x=tf.constant(raw)), of_raw.predict(raw)
    for name, expected in zip(("generated", "refined", "score"), prediction):
        np.testing.assert_allclose(served[name], expected, atol=1e-5)


@pytest.mark.slow
def test_weights_of_a_preprocessing_are_in_both_files(make_fitted, tags, tmp_path):
    layer = keras.layers.Normalization()
    layer.adapt(tags[0])
    refiner = make_fitted(tags, preprocessing=keras.Sequential([layer]))
    expected = refiner.predict(tags[0]).refined
    refiner.save(tmp_path / "saved")
    loaded = Refiner.load(tmp_path / "saved")
    np.testing.assert_array_equal(loaded.predict(tags[0]).refined, expected)
    refiner.export(tmp_path / "exported")
    served = tf.saved_model.load(str(tmp_path / "exported"))
    found = served.signatures["serving_default"](x=tf.constant(tags[0]))["refined"]
    np.testing.assert_allclose(found, expected, atol=1e-5)


def test_a_layer_is_no_preprocessing(make_refiner, refused):
    with refused(r"is a Rescaling: a keras\.Model is needed, such as keras\.Seq"):
        make_refiner(preprocessing=keras.layers.Rescaling(1.0))
