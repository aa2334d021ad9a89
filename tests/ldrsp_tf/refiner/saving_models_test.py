import dataclasses
import random

import keras
import pytest

from ldrsp_tf.methods import LDRSP_PLUS
from ldrsp_tf.refiner.refiner import Refiner
from tests.ldrsp_tf.refiner.saved_refiner import (
    FILES,
    assembled,
    assert_same_prediction,
    files_of,
)


class _Doubling(keras.Model):
    def __init__(self, labels=5, **kwargs):
        super().__init__(**kwargs)
        self.labels, self.dense = labels, keras.layers.Dense(labels)

    def call(self, x):
        return 2.0 * self.dense(x)

    def get_config(self):
        return {**super().get_config(), "labels": self.labels}


class _Unsaveable(_Doubling):
    error = NotImplementedError

    def get_config(self):
        raise self.error("There is no configuration.")


def test_classes_of_the_users_are_named(make_refiner, tags, tmp_path, eagerly, refused):
    refiner = assembled(make_refiner, tags, _Doubling(), from_logits=True)
    refiner.save(tmp_path)
    loaded = Refiner.load(tmp_path, custom_objects={"_Doubling": _Doubling})
    assert_same_prediction(loaded, refiner, tags[0])
    with refused(r"generator\.keras cannot be read .*named in custom_objects"):
        Refiner.load(tmp_path)


def test_a_compiled_and_trained_model_is_saved(make_refiner, tags, tmp_path, eagerly):
    model = keras.Sequential([keras.layers.Dense(5, activation="sigmoid")])
    model.compile("adam", "binary_crossentropy", metrics=["mae"], jit_compile=False)
    model.train_on_batch(*tags)
    refiner = assembled(make_refiner, tags, model, from_logits=False)
    refiner.save(tmp_path)
    assert_same_prediction(Refiner.load(tmp_path), refiner, tags[0])


@pytest.mark.parametrize("error", [NotImplementedError, AttributeError, KeyError])
def test_a_model_that_keras_cannot_save_is_refused(
    error, make_refiner, tags, tmp_path, refused
):
    model = _Unsaveable()
    model.error = error
    refiner = assembled(make_refiner, tags, model, from_logits=True)
    folder = tmp_path / "new"
    with refused(r"cannot save _Unsaveable \(.*There is no conf.*needs get_config"):
        refiner.save(folder)
    assert not folder.exists()
    assert not list(tmp_path.iterdir())


class _WithoutConfig(keras.layers.Layer):
    def __init__(self, factor):
        super().__init__()
        self.factor = factor

    def call(self, x):
        return self.factor * x


class _WithConfig(_WithoutConfig):
    def __init__(self, factor, **kwargs):
        keras.layers.Layer.__init__(self, **kwargs)
        self.factor = factor

    def get_config(self):
        return {**super().get_config(), "factor": self.factor}


def _twice(x):
    return 2.0 * x


@pytest.mark.parametrize(
    ("layer", "match"),
    [
        (
            lambda: keras.layers.Lambda(lambda x: 2.0 * x, name="twice"),
            r"Lambda layer 'twice' .*a Python lambda.*register_keras_serializable",
        ),
        (lambda: _WithoutConfig(2.0), r"could not be loaded again \(.*WithoutConfig"),
        (
            lambda: keras.layers.Dense(7, activation=lambda x: 2.0 * x),
            "could not be loaded again .*lambda",
        ),
    ],
)
@pytest.mark.filterwarnings("ignore:The object being serialized includes a `lambda`")
def test_a_model_that_could_not_be_loaded_again_is_not_saved(
    layer, match, make_refiner, tags, tmp_path, eagerly, refused
):
    model = keras.Sequential([layer(), keras.layers.Dense(5)])
    refiner = make_refiner(model, from_logits=True)
    refiner.fit(tags, 0.5, epochs=1)
    with refused(match):
        refiner.save(tmp_path / "saved")
    assert not (tmp_path / "saved").exists()


def test_layers_and_functions_of_the_users_are_loaded_if_they_are_named(
    make_refiner, tags, tmp_path, eagerly
):
    layers = [_WithConfig(2.0), keras.layers.Dense(5, activation=_twice)]
    refiner = make_refiner(keras.Sequential(layers), from_logits=True)
    refiner.fit(tags, 0.5, epochs=1)
    random.seed(3)
    expected = random.random()
    random.seed(3)
    refiner.save(tmp_path)
    assert random.random() == expected
    own = {"_WithConfig": _WithConfig, "_twice": _twice}
    loaded = Refiner.load(tmp_path, custom_objects=own)
    assert_same_prediction(loaded, refiner, tags[0])


def test_a_lambda_that_was_saved_before_is_not_loaded(copied, refused):
    model = keras.Sequential(
        [keras.Input((7,)), keras.layers.Lambda(lambda x: x), keras.layers.Dense(5)]
    )
    model.save(copied / "generator.keras")
    with refused(r"generator\.keras holds a Python lambda.*save the refiner again"):
        Refiner.load(copied)


def test_what_cannot_be_saved_leaves_the_refiner_of_before(
    copied, make_refiner, tags, fitted, eagerly, refused
):
    own_method = dataclasses.replace(LDRSP_PLUS, discriminator_updates=2)
    for refiner, match in (
        (
            assembled(make_refiner, tags, _Unsaveable(), from_logits=True),
            "cannot save _Unsaveable",
        ),
        (assembled(make_refiner, tags, method=own_method), "method of your own"),
    ):
        with refused(match):
            refiner.save(copied)
    assert files_of(copied) == FILES
    assert_same_prediction(Refiner.load(copied), fitted, tags[0])
