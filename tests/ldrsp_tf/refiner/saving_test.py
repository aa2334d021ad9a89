import copy
import os
import pickle

import keras
import numpy as np
import pytest
import tensorflow as tf

from ldrsp_tf.data.examples import Examples
from ldrsp_tf.prediction.crops import Crops
from ldrsp_tf.refiner.refiner import Refiner
from ldrsp_tf.settings import RefinementGrid, TrainingSettings
from ldrsp_tf.spaces.class_maps import ClassMapSpace
from ldrsp_tf.spaces.tags import TagSpace
from tests.command_line import CommandLine
from tests.ldrsp_tf.refiner import loaded_elsewhere
from tests.ldrsp_tf.refiner.saved_refiner import (
    FILES,
    assembled,
    assert_same_prediction,
    change_description,
    files_of,
)


def test_a_loaded_refiner_is_the_same(saved, fitted, tags):
    loaded = Refiner.load(saved)
    assert_same_prediction(loaded, fitted, tags[0])
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
    assert files_of(saved) == FILES


@pytest.mark.slow
def test_a_loaded_refiner_of_masks_is_the_same(fitted_maps, large_maps, tmp_path):
    refiner, _ = fitted_maps
    refiner.save(tmp_path)
    loaded = Refiner.load(tmp_path)
    assert_same_prediction(loaded, refiner, large_maps[0])
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
    change_description(
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


def _few_tags(y, y_true):
    return 1.0 - tf.reduce_mean(y, 1)


def test_an_oracle_of_the_users_is_needed_for_training_alone(
    make_refiner, tags, tmp_path, eagerly, refused
):
    refiner = make_refiner(oracle=_few_tags)
    refiner.fit(tags, 0.5, epochs=1)
    refiner.save(tmp_path)
    loaded = Refiner.load(tmp_path)
    assert_same_prediction(loaded, refiner, tags[0])
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
    assert files_of(tmp_path) == ["generator.keras", "refiner.json"]
    assert_same_prediction(loaded, refiner, maps[0])


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
    refiner = assembled(make_refiner, tags, space=_Weighted(np.ones(5)), grid=grid)
    refiner.save(tmp_path)
    loaded = Refiner.load(tmp_path, custom_objects={"_Weighted": _Weighted})
    assert loaded.grid == refiner.grid
    assert loaded.grid == RefinementGrid((0.5,), (1, 2), normalized=False)
    assert loaded.space.weights == [1.0] * 5
    assert_same_prediction(loaded, refiner, tags[0])

    for value, kind in (({1.0}, "a set"), (object(), "an object")):
        refiner = assembled(make_refiner, tags, space=_Weighted(value))
        with refused(f"with {kind} among its settings, or the arguments of its output"):
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


class _OwnSpace(TagSpace):
    pass


def test_a_space_of_the_users_is_named_when_it_is_loaded(
    make_refiner, tags, tmp_path, eagerly, refused
):
    refiner = assembled(make_refiner, tags, space=_OwnSpace())
    refiner.save(tmp_path)
    with refused("space _OwnSpace is not known; name its class in custom_objects"):
        Refiner.load(tmp_path)
    loaded = Refiner.load(tmp_path, custom_objects={"_OwnSpace": _OwnSpace})
    assert isinstance(loaded.space, _OwnSpace)
    assert_same_prediction(loaded, refiner, tags[0])


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
    assert_same_prediction(loaded, refiner, x)


@pytest.mark.parametrize("duplicate", [copy.deepcopy, pickle.dumps])
def test_a_fitted_refiner_is_copied_by_files_alone(
    duplicate, fitted, make_refiner, refused
):
    with refused("cannot be copied or pickled: save it"):
        duplicate(fitted)
    duplicate(make_refiner())
