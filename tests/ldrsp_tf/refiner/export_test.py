import dataclasses
import subprocess
import sys

import keras
import numpy as np
import pytest
import tensorflow as tf

from ldrsp_tf.data.examples import Examples
from ldrsp_tf.errors import UsageError
from ldrsp_tf.methods import BASELINE
from ldrsp_tf.models.segmentation import PatchDiscriminator
from ldrsp_tf.prediction.crops import Crops
from ldrsp_tf.refinement import Refinement
from ldrsp_tf.refiner.refiner import Refiner
from ldrsp_tf.spaces.class_maps import ClassMapSpace

_NAMES = {
    "generated": "generated",
    "refined": "refined",
    "score": "scores",
    "decided": "decided",
}


def _serve(folder):
    return tf.saved_model.load(str(folder)).signatures["serving_default"]


def _assert_serves(serve, refiner, x):
    served, prediction = serve(x=tf.constant(x)), refiner.predict(x)
    found = {name: getattr(prediction, here) for name, here in _NAMES.items()}
    if refiner.decision is None:
        assert found.pop("decided") is None
    assert served.keys() == found.keys()
    for name, expected in found.items():
        np.testing.assert_allclose(served[name], expected, atol=1e-6)


@pytest.fixture(scope="module")
def exported(fitted, tmp_path_factory):
    folder = tmp_path_factory.mktemp("exported") / "ä model"
    fitted.export(folder)
    return folder


def test_any_number_of_inputs_has_the_same_outputs(exported, fitted, tags):
    serve = _serve(exported)
    for rows in (1, 5, 24):
        _assert_serves(serve, fitted, tags[0][:rows])


def test_a_folder_that_could_not_be_loaded_from_is_refused(fitted, tmp_path):
    # TensorFlow writes a SavedModel there, and takes [ for a pattern when it reads.
    with pytest.raises(UsageError, match=r"choose a folder without \["):
        fitted.export(tmp_path / "export[1]")
    assert not list(tmp_path.iterdir())


def test_a_relative_folder_is_loadable_below_any(fitted, tags, tmp_path, monkeypatch):
    (tmp_path / "[project]").mkdir()
    monkeypatch.chdir(tmp_path / "[project]")
    fitted.export("model")
    _assert_serves(_serve("model"), fitted, tags[0][:2])


@pytest.mark.slow
def test_masks(fitted_maps, large_maps, tmp_path):
    refiner, _ = fitted_maps
    refiner.export(tmp_path)
    serve = _serve(tmp_path)
    for rows in (1, 6):
        _assert_serves(serve, refiner, large_maps[0][:rows])


_WITHOUT_THIS_PACKAGE = """
import sys, numpy as np, tensorflow as tf
folder, x, refined = sys.argv[1:]
serve = tf.saved_model.load(folder).signatures["serving_default"]
np.save(refined, serve(x=tf.constant(np.load(x)))["refined"])
sys.exit("ldrsp_tf" in sys.modules)
"""


@pytest.mark.slow
def test_another_process_needs_tensorflow_alone(exported, fitted, tags, tmp_path):
    x, refined = tmp_path / "x.npy", tmp_path / "refined.npy"
    np.save(x, tags[0])
    command = [sys.executable, "-c", _WITHOUT_THIS_PACKAGE, exported, x, refined]
    subprocess.run(command, check=True, capture_output=True, cwd=tmp_path)
    expected = fitted.predict(tags[0]).refined
    np.testing.assert_allclose(np.load(refined), expected, atol=1e-6)


@pytest.mark.slow
def test_crops_are_inside(large_maps, tmp_path):
    x, y = large_maps
    generator = keras.Sequential([keras.layers.Conv2D(2, 3, padding="same")])
    discriminator = PatchDiscriminator(width=2, batch_norm=False)
    generator(x)
    discriminator((tf.constant(x), tf.constant(y)))
    refiner = Refiner(
        generator,
        ClassMapSpace(),
        discriminator=discriminator,
        crops=Crops(8, (0, 8), mirror=True),
    )
    refiner.assemble(Examples(x, y))
    refiner.refinement = Refinement(4.0, 2)
    refiner.export(tmp_path)
    serve = _serve(tmp_path)
    for rows in (1, 3):
        _assert_serves(serve, refiner, x[:rows])


def test_without_a_discriminator_there_are_generated_outputs_alone(
    make_refiner, tags, tmp_path
):
    refiner = make_refiner(method="baseline")
    refiner.generator(tags[0])
    refiner.assemble(Examples(*tags))
    refiner.export(tmp_path)
    served = _serve(tmp_path)(x=tf.constant(tags[0]))
    assert served.keys() == {"generated"}
    generated = refiner.predict(tags[0]).generated
    np.testing.assert_allclose(served["generated"], generated, atol=1e-6)


def test_a_method_without_a_discriminator_may_decide(
    make_refiner, tags, tmp_path, eagerly
):
    method = dataclasses.replace(BASELINE, decides=True)
    refiner = make_refiner(method=method)
    refiner.fit(tags, validation=tags, epochs=1)
    refiner.export(tmp_path)
    served = _serve(tmp_path)(x=tf.constant(tags[0]))
    assert served.keys() == {"generated", "decided"}
    np.testing.assert_array_equal(served["decided"], refiner.decide(tags[0]))


_GLOBAL = tf.Variable(2.0)


class _Scaled(keras.layers.Layer):
    def call(self, x):
        return _GLOBAL * x


def test_tables_of_lookups_are_inside(make_refiner, tags, tmp_path):
    # Some Keras layers keep their vocabulary in a table of TensorFlow, which is no
    # weight. Whole numbers from 3 to 5 are 1, 2 and 3 there.
    lookup = keras.layers.IntegerLookup(vocabulary=[3, 4, 5], output_mode="multi_hot")
    x = np.random.default_rng(0).integers(2, 7, tags[0].shape).astype(np.float32)
    model = keras.Sequential([lookup, keras.layers.Dense(tags[1].shape[1])])
    model(x)
    refiner = make_refiner(model, method="baseline")
    refiner.assemble(Examples(x, tags[1]))
    refiner.export(tmp_path)
    served = _serve(tmp_path)(x=tf.constant(x))
    generated = refiner.predict(x).generated
    np.testing.assert_allclose(served["generated"], generated, atol=1e-6)


@pytest.mark.parametrize(
    "recurrent",
    [
        lambda: keras.layers.GRU(2, dropout=0.1),
        lambda: keras.layers.LSTM(2, recurrent_dropout=0.1),
    ],
)
def test_random_streams_that_prediction_reads_are_inside(
    recurrent, make_refiner, tags, tmp_path
):
    x, y = tags
    model = keras.Sequential(
        [keras.layers.Reshape((7, 1)), recurrent(), keras.layers.Dense(y.shape[1])]
    )
    refiner = make_refiner(model, method="baseline")
    refiner.assemble(Examples(x, y))
    refiner.export(tmp_path)
    served = _serve(tmp_path)(x=tf.constant(x))
    generated = refiner.predict(x).generated
    np.testing.assert_array_equal(served["generated"], generated)


def test_a_variable_that_is_no_part_of_a_network_is_refused(
    make_refiner, tags, tmp_path, refused
):
    x, y = tags
    model = keras.Sequential([_Scaled(), keras.layers.Dense(y.shape[1])])
    model(x)
    refiner = make_refiner(model, method="baseline")
    refiner.assemble(Examples(x, y))
    with refused("a variable or a table that is no attribute of its layers"):
        refiner.export(tmp_path / "exported")
    assert not (tmp_path / "exported").exists()
