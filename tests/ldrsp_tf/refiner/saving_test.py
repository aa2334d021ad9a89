import copy
import dataclasses
import json
import os
import pickle
import random

import keras
import numpy as np
import pytest
import tensorflow as tf

from ldrsp_tf.data.examples import Examples
from ldrsp_tf.methods import LDRSP_PLUS
from ldrsp_tf.prediction.crops import Crops
from ldrsp_tf.refinement import Refinement
from ldrsp_tf.refiner.refiner import Refiner
from ldrsp_tf.settings import RefinementGrid, TrainingSettings
from ldrsp_tf.spaces.class_maps import ClassMapSpace
from ldrsp_tf.spaces.tags import TagSpace
from tests.command_line import CommandLine
from tests.ldrsp_tf.refiner import loaded_elsewhere

_FILES = ["discriminator.keras", "generator.keras", "refiner.json"]


def _files(folder):
    return sorted(path.name for path in folder.iterdir())


def _assert_same_prediction(one, other, x):
    made = [refiner.predict(x, trajectory=True) for refiner in (one, other)]
    for a, b in zip(*made, strict=True):
        np.testing.assert_array_equal(a, b)


@pytest.fixture(scope="module")
def saved(fitted, tmp_path_factory):
    """Saves the fitted refiner to a folder, which tests do not change."""
    folder = tmp_path_factory.mktemp("saved") / "a folder" / "ÄÖ 画像"
    fitted.save(folder)
    return folder


@pytest.fixture
def copied(saved, tmp_path):
    """Makes a copy of that folder that may be damaged."""
    for name in _FILES:
        (tmp_path / name).write_bytes((saved / name).read_bytes())
    return tmp_path


def test_a_loaded_refiner_is_the_same(saved, fitted, tags):
    loaded = Refiner.load(saved)
    _assert_same_prediction(loaded, fitted, tags[0])
    assert loaded.evaluate(tags) == fitted.evaluate(tags)
    for name in [
        "settings",
        "grid",
        "method",
        "from_logits",
        "frozen",
        "seed",
        "refinement",
        "decoder_params",
        "shapes",
        "crops",
    ]:
        assert getattr(loaded, name) == getattr(fitted, name)
    assert _files(saved) == _FILES


@pytest.mark.slow
def test_a_loaded_refiner_of_masks_is_the_same(fitted_maps, large_maps, tmp_path):
    refiner, _ = fitted_maps
    refiner.save(tmp_path)
    loaded = Refiner.load(tmp_path)
    _assert_same_prediction(loaded, refiner, large_maps[0])
    assert loaded.frozen
    assert loaded.settings == refiner.settings
    assert loaded.method == refiner.method
    assert loaded.space.arguments == refiner.space.arguments


@pytest.mark.slow
def test_another_process_reads_the_same(saved, fitted, tags, tmp_path):
    x, refined = tmp_path / "x.npy", tmp_path / "refined.npy"
    np.save(x, tags[0])
    command_line = CommandLine(dict(os.environ))
    process = command_line.run(
        *map(str, (saved, x, refined)), module=loaded_elsewhere.__name__
    )
    assert process.returncode == 0, process.stderr
    np.testing.assert_array_equal(np.load(refined), fitted.predict(tags[0]).refined)


def test_a_loaded_refiner_trains_on(
    saved, copied, fitted, tags, assert_identical, eagerly
):
    _change(
        copied,
        lambda told: told["settings"].update(
            generator_learning_rate=0.0, discriminator_learning_rate=0.0
        ),
    )
    loaded = Refiner.load(copied)
    loaded.fit(tags, 0.5, epochs=1)
    # Preparing for training has left the weights that were read.
    assert_identical(loaded.generator.get_weights(), fitted.generator.get_weights())
    assert_identical(
        loaded.discriminator.get_weights(), fitted.discriminator.get_weights()
    )
    loaded = Refiner.load(saved)
    history = loaded.fit(tags, 0.5, epochs=1)
    assert history.records[0]["surrogate_loss"] > 0.0
    for network in ("generator", "discriminator"):
        here, there = (getattr(r, network).get_weights() for r in (loaded, fitted))
        assert np.any(here[0] != there[0])


def test_a_loaded_refiner_refuses_other_shapes(saved, tags, refused):
    with refused(r"x has shape \(6,\) in the training data, but \(7,\)"):
        Refiner.load(saved).fit((tags[0][:, :6], tags[1]), epochs=1)


def _made(make_refiner, tags, *arguments, **changes):
    """Makes a refiner that is ready to be saved, though it was not trained."""
    refiner = make_refiner(*arguments, **changes)
    refiner.assemble(Examples(*tags))
    if refiner.discriminator is not None:
        refiner.refinement = Refinement(0.5, 2)
    return refiner


def _few_tags(y, y_true):
    return 1.0 - tf.reduce_mean(y, 1)


def test_an_oracle_of_the_users_is_needed_for_training_alone(
    make_refiner, tags, tmp_path, eagerly, refused
):
    refiner = make_refiner(oracle=_few_tags)
    refiner.fit(tags, 0.5, epochs=1)
    refiner.save(tmp_path)
    loaded = Refiner.load(tmp_path)
    _assert_same_prediction(loaded, refiner, tags[0])
    for use in (lambda: loaded.fit(tags, 0.5, epochs=1), lambda: loaded.evaluate(tags)):
        with refused(r"oracle of your own.*load\(..., oracle=\)"):
            use()
    loaded = Refiner.load(tmp_path, oracle=_few_tags)
    assert loaded.evaluate(tags) == refiner.evaluate(tags)
    loaded.fit(tags, 0.5, epochs=1)


@pytest.mark.parametrize(
    ("argument", "match"),
    [
        ({"oracle": "f1"}, "^The oracle is a str: a function"),
        ({"augment": "flip"}, "^augment is a str: a function"),
    ],
)
def test_arguments_that_are_no_functions_are_refused(argument, match, saved, refused):
    with refused(match):
        Refiner.load(saved, **argument)


class _Doubling(keras.Model):
    def __init__(self, labels=5, **kwargs):
        super().__init__(**kwargs)
        self.labels, self.dense = labels, keras.layers.Dense(labels)

    def call(self, x):
        return 2.0 * self.dense(x)

    def get_config(self):
        return {**super().get_config(), "labels": self.labels}


def test_classes_of_the_users_are_named(make_refiner, tags, tmp_path, eagerly, refused):
    refiner = _made(make_refiner, tags, _Doubling(), from_logits=True)
    refiner.save(tmp_path)
    loaded = Refiner.load(tmp_path, custom_objects={"_Doubling": _Doubling})
    _assert_same_prediction(loaded, refiner, tags[0])
    with refused(r"generator\.keras cannot be read .*named in custom_objects"):
        Refiner.load(tmp_path)


def test_a_compiled_and_trained_model_is_saved(make_refiner, tags, tmp_path, eagerly):
    model = keras.Sequential([keras.layers.Dense(5, activation="sigmoid")])
    model.compile("adam", "binary_crossentropy", metrics=["mae"], jit_compile=False)
    model.train_on_batch(*tags)
    refiner = _made(make_refiner, tags, model, from_logits=False)
    refiner.save(tmp_path)
    _assert_same_prediction(Refiner.load(tmp_path), refiner, tags[0])


def test_settings_of_every_kind_are_kept(make_refiner, tags, tmp_path, eagerly):
    maps = (np.zeros((1, 8, 8, 3), np.float32), np.zeros((1, 8, 8, 2), np.float32))
    refiner = Refiner(
        keras.Sequential([keras.layers.Conv2D(2, 1)]),
        ClassMapSpace("pixel_accuracy", "box"),
        method="baseline",
        crops=Crops(4, (0, 4), mirror=True),
        grid=RefinementGrid(tuple(np.float32([0.5])), tuple(np.arange(1, 3))),
        settings=TrainingSettings(batch_size=7, cosine_decay=True),
        seed=3,
    )
    refiner.assemble(Examples(*(part[:, :8, :8] for part in maps)))
    refiner.save(tmp_path)
    loaded = Refiner.load(tmp_path)
    for name in ("settings", "grid", "crops", "seed", "method"):
        assert getattr(loaded, name) == getattr(refiner, name)
    assert loaded.space.arguments == refiner.space.arguments
    assert _files(tmp_path) == ["generator.keras", "refiner.json"]
    _assert_same_prediction(loaded, refiner, maps[0])


class _Weighted(TagSpace):
    def __init__(self, weights=(), oracle=None):
        super().__init__(oracle)
        self.weights = weights

    @property
    def arguments(self):
        return {"weights": self.weights}


def test_arrays_among_settings_crops_and_arguments_of_a_space_are_kept(
    make_refiner, tags, tmp_path, eagerly, refused
):
    grid = {"step_sizes": np.float32([0.5]), "steps": np.arange(1, 3)}
    refiner = _made(make_refiner, tags, space=_Weighted(np.ones(5)), grid=grid)
    refiner.save(tmp_path)
    loaded = Refiner.load(tmp_path, custom_objects={"_Weighted": _Weighted})
    assert loaded.grid == refiner.grid
    assert loaded.grid == RefinementGrid((0.5,), (1, 2), normalized=False)
    assert loaded.space.weights == [1.0] * 5
    _assert_same_prediction(loaded, refiner, tags[0])

    refiner = _made(make_refiner, tags, space=_Weighted({1.0}))
    with refused("with a set among its settings, or the arguments of its output space"):
        refiner.save(tmp_path)


@pytest.mark.parametrize("offsets", [np.array([0, 4]), range(0, 5, 4), [0, 4]])
def test_crops_at_any_sequence_of_offsets_are_kept(offsets, tmp_path, eagerly):
    maps = (np.zeros((1, 8, 8, 3), np.float32), np.zeros((1, 8, 8, 2), np.float32))
    model = keras.Sequential([keras.layers.Conv2D(2, 1)])
    refiner = Refiner(
        model, ClassMapSpace(), method="baseline", crops=Crops(4, offsets)
    )
    refiner.assemble(Examples(*maps))
    refiner.save(tmp_path)
    assert Refiner.load(tmp_path).crops == Crops(4, (0, 4))


# Files.


def test_a_later_refiner_replaces_all_files(copied, make_refiner, tags, eagerly):
    later = _made(make_refiner, tags, method="baseline")
    later.save(copied)
    assert _files(copied) == ["generator.keras", "refiner.json"]
    _assert_same_prediction(Refiner.load(copied), later, tags[0])


class _Unsaveable(_Doubling):
    def get_config(self):
        raise NotImplementedError("There is no configuration.")


def test_a_model_that_keras_cannot_save_is_refused(
    make_refiner, tags, tmp_path, refused
):
    refiner = _made(make_refiner, tags, _Unsaveable(), from_logits=True)
    folder = tmp_path / "new"
    with refused(r"cannot save _Unsaveable \(There is no conf.*needs get_config"):
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
    _assert_same_prediction(loaded, refiner, tags[0])


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
            _made(make_refiner, tags, _Unsaveable(), from_logits=True),
            "cannot save _Unsaveable",
        ),
        (_made(make_refiner, tags, method=own_method), "method of your own"),
    ):
        with refused(match):
            refiner.save(copied)
    assert _files(copied) == _FILES
    _assert_same_prediction(Refiner.load(copied), fitted, tags[0])


class _OwnSpace(TagSpace):
    pass


def test_a_space_of_the_users_is_named_when_it_is_loaded(
    make_refiner, tags, tmp_path, eagerly, refused
):
    refiner = _made(make_refiner, tags, space=_OwnSpace())
    refiner.save(tmp_path)
    with refused("space _OwnSpace is not known; name its class in custom_objects"):
        Refiner.load(tmp_path)
    loaded = Refiner.load(tmp_path, custom_objects={"_OwnSpace": _OwnSpace})
    assert isinstance(loaded.space, _OwnSpace)
    _assert_same_prediction(loaded, refiner, tags[0])


def test_crops_at_places_of_a_function_are_saved_by_side(maps, tmp_path, eagerly):
    refiner = Refiner(
        keras.Sequential([keras.layers.Conv2D(2, 3, padding="same")]),
        ClassMapSpace(),
        method="baseline",
        crops=Crops(4, lambda side: (0, 3, side - 4), padding=1),
    )
    x, y = (part[:, :8, :6] for part in maps)
    refiner.assemble(Examples(x, y))
    refiner.save(tmp_path / "first")
    again = Refiner.load(tmp_path / "first")
    again.save(tmp_path / "second")
    loaded = Refiner.load(tmp_path / "second")
    assert [loaded.crops.offsets_along(side) for side in (8, 6)] == [
        (0, 3, 6),
        (0, 3, 4),
    ]
    _assert_same_prediction(loaded, refiner, x)


def test_a_folder_that_cannot_be_written_is_refused(fitted, tmp_path, refused):
    (tmp_path / "file").touch()
    for folder in (tmp_path / "file", tmp_path / "file" / "below"):
        with refused("cannot be written to .*; choose another folder"):
            fitted.save(folder)


def test_a_folder_without_a_refiner_is_refused(tmp_path, refused):
    for folder in (tmp_path, tmp_path / "missing"):
        with refused(r"holds no whole refiner: refiner\.json is missing"):
            Refiner.load(folder)


@pytest.mark.parametrize("name", _FILES)
def test_a_missing_file_is_named(name, copied, refused):
    (copied / name).unlink()
    with refused(f"no whole refiner: {name} is missing"):
        Refiner.load(copied)


@pytest.mark.parametrize("share", [0.0, 0.5, 0.98])
@pytest.mark.parametrize("name", _FILES)
def test_a_file_that_is_cut_off_is_named(name, share, copied, refused):
    content = (copied / name).read_bytes()
    (copied / name).write_bytes(content[: int(share * len(content))])
    with refused(f"{name} is damaged .*save the refiner again"):
        Refiner.load(copied)


@pytest.mark.parametrize("name", ["generator.keras", "discriminator.keras"])
def test_a_damaged_file_is_named(name, copied, refused):
    content = bytearray((copied / name).read_bytes())
    middle = len(content) // 2
    content[middle] ^= 255
    (copied / name).write_bytes(content)
    with refused(f"{name} is damaged .*save the refiner again"):
        Refiner.load(copied)


def _change(folder, change):
    told = json.loads((folder / "refiner.json").read_text())
    change(told)
    (folder / "refiner.json").write_text(json.dumps(told))


@pytest.mark.parametrize("number", [0, 1, "2", None])
def test_another_format_is_refused(number, copied, refused):
    _change(copied, lambda told: told.update(format=number))
    with refused(f"has format {number}, but this version reads 2 and 3"):
        Refiner.load(copied)


@pytest.mark.parametrize(
    "change",
    [
        lambda told: told.pop("format"),
        lambda told: told.pop("space"),
        lambda told: told.update(space=None),
        lambda told: told.update(method="ldrps"),
        lambda told: told["settings"].update(speed=1),
        lambda told: told.update(shapes=[7, 5]),
    ],
)
def test_a_damaged_description_is_refused(change, copied, refused):
    _change(copied, change)
    with refused(r"refiner\.json is damaged"):
        Refiner.load(copied)


@pytest.mark.parametrize("duplicate", [copy.deepcopy, pickle.dumps])
def test_a_fitted_refiner_is_copied_by_files_alone(
    duplicate, fitted, make_refiner, refused
):
    with refused("cannot be copied or pickled: save it"):
        duplicate(fitted)
    duplicate(make_refiner())
