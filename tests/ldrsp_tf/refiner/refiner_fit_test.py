import dataclasses
import os
import random
import sys

import keras
import numpy as np
import pytest
import tensorflow as tf

from ldrsp_tf.data.examples import Examples
from ldrsp_tf.methods import AUTO
from ldrsp_tf.models.ratio_network import RatioNetwork
from ldrsp_tf.refinement import Refinement
from ldrsp_tf.refiner import refiner as refiner_module
from ldrsp_tf.refiner.refiner import Refiner
from tests.ldrsp_tf.refiner.saved_refiner import change_description

_LABELS = 5


@pytest.mark.parametrize(
    ("options", "match"),
    [
        ({"epochs": 0}, "epochs is 0: a whole number of at least 1"),
        ({"epochs": 1.5}, "epochs is 1.5: a whole number"),
        (
            {"epochs": 1, "validation_freq": 0.5},
            "validation_freq is 0.5: a whole number",
        ),
        # The first epoch would be the last, however good it is.
        ({"epochs": 1, "patience": 0}, "patience is 0: a whole number of at least 1"),
        ({"epochs": 1, "patience": "a"}, "patience is 'a': a whole number"),
        (
            {"epochs": 1, "validation_freq": 0},
            "validation_freq is 0: a whole",
        ),
    ],
)
def test_numbers_that_train_nothing_are_refused(
    options, match, make_refiner, tags, refused
):
    with refused(match):
        make_refiner().fit(tags, **options)


def _worse_after(epoch, monkeypatch):
    """Makes validations whose metric rises until that epoch and falls after it."""
    real, calls = refiner_module.validate, []

    def validate(*args):
        calls.append(None)
        distance = abs(len(calls) - epoch)
        return {**real(*args), "metric": 1.0 - distance / 10}

    monkeypatch.setattr(refiner_module, "validate", validate)


@pytest.mark.parametrize("in_folder", [False, True])
def test_the_best_epoch_comes_back(
    in_folder,
    make_refiner,
    tags,
    tmp_path,
    monkeypatch,
    values,
    assert_identical,
    eagerly,
):
    _worse_after(2, monkeypatch)
    refiner, states = make_refiner(), []
    history = refiner.fit(
        tags,
        0.5,
        epochs=4,
        on_epoch_end=lambda record: states.append(values(refiner.trainer.variables)),
        folder=tmp_path if in_folder else None,
    )
    assert [record["epoch"] for record in history.records] == [1, 2, 3, 4]
    assert_identical(values(refiner.trainer.variables), states[1])
    assert any(np.any(a != b) for a, b in zip(states[1], states[3]))
    validation = history.records[1]["validation"]
    assert dataclasses.asdict(refiner.refinement) == validation["refinement"]
    assert refiner.decoder_params == validation["calibration"]


def test_patience_and_interval_reach_the_training(
    make_refiner, tags, monkeypatch, eagerly
):
    _worse_after(1, monkeypatch)
    refiner = make_refiner(method="baseline")
    history = refiner.fit(tags, epochs=9, validation_freq=2, patience=2)
    validated = [r["epoch"] for r in history.records if "validation" in r]
    assert validated == [2, 4]
    assert len(history.records) == 4


def test_a_further_call_trains_on(
    make_refiner, tags, values, assert_identical, eagerly
):
    refiner = make_refiner()
    refiner.fit(tags, 0.5, epochs=1)
    trainer = refiner.trainer
    end = values(trainer.variables)
    begins = []
    step = trainer.train_epoch
    trainer.train_epoch = lambda *args: (
        begins.append(values(trainer.variables)) or step(*args)
    )
    refiner.fit(tags, 0.5, epochs=1)
    assert refiner.trainer is trainer
    assert_identical(begins[0], end)
    assert trainer.generator_optimizer.iterations.numpy() == 2


def test_a_further_call_does_not_repeat_orders_and_draws(
    make_refiner, tags, tmp_path, eagerly
):
    refiner = make_refiner(method="baseline")
    refiner.assemble(Examples(*tags))
    step, numbers = refiner.trainer.train_epoch, []
    refiner.trainer.train_epoch = lambda x, y, epoch: (
        numbers.append(epoch) or step(x, y, epoch)
    )

    def interrupt(record):
        raise KeyboardInterrupt

    refiner.fit(tags, 0.5, epochs=2)
    with pytest.raises(KeyboardInterrupt):
        refiner.fit(tags, 0.5, epochs=1, on_epoch_end=interrupt)
    refiner.fit(tags, 0.5, epochs=1)
    refiner.fit(tags, 0.5, epochs=1, folder=tmp_path)
    refiner.fit(tags, 0.5, epochs=1)
    # An interrupted call has not been; one in a folder repeats the folder's.
    assert numbers == [0, 1, 2, 2, 0, 4]


@pytest.mark.parametrize("is_of_older_version", [False, True])
def test_a_call_after_loading_does_not_repeat_orders_and_draws(
    is_of_older_version, make_refiner, tags, tmp_path, eagerly
):
    refiner = make_refiner(method="baseline")
    refiner.fit(tags, 0.5, epochs=2)
    refiner.save(tmp_path)
    if is_of_older_version:
        change_description(tmp_path, lambda told: told.pop("epochs_done"))
    loaded = Refiner.load(tmp_path)
    loaded.assemble(Examples(*tags))
    step, numbers = loaded.trainer.train_epoch, []
    loaded.trainer.train_epoch = lambda x, y, epoch: (
        numbers.append(epoch) or step(x, y, epoch)
    )
    loaded.fit(tags, 0.5, epochs=1)
    assert numbers == [0 if is_of_older_version else 2]


@pytest.mark.parametrize("is_trained_first", [False, True])
def test_a_further_call_trains_the_layers_that_are_trainable_then(
    is_trained_first, make_refiner, tags, values, assert_identical, eagerly
):
    layer = keras.layers.Dense(4)
    model = keras.Sequential([layer, keras.layers.Dense(_LABELS)])
    layer.trainable = is_trained_first
    refiner = make_refiner(model)
    refiner.fit(tags, 0.5, epochs=1)
    trainer, discriminator = refiner.trainer, refiner.discriminator
    before, of_d = layer.get_weights(), values(discriminator.variables)
    # As for fine-tuning. Compiled functions know the layers of before.
    layer.trainable = not is_trained_first
    refiner.assemble(Examples(*tags))
    assert refiner.trainer is not trainer
    assert refiner.discriminator is discriminator
    assert_identical(values(discriminator.variables), of_d)
    refiner.fit(tags, 0.5, epochs=1)
    has_changed = np.any(layer.get_weights()[0] != before[0])
    assert has_changed == (not is_trained_first)


def test_layers_frozen_during_a_call_are_refused(
    make_refiner, tags, assert_identical, refused, eagerly
):
    layer = keras.layers.Dense(4)
    model = keras.Sequential([layer, keras.layers.Dense(_LABELS)])
    model(tags[0])
    before = model.get_weights()
    with refused("frozen or unfrozen during the training.* between two calls of fit"):
        make_refiner(model).fit(
            tags,
            0.5,
            epochs=2,
            on_epoch_end=lambda record: setattr(layer, "trainable", False),
        )
    assert_identical(model.get_weights(), before)


class _Choosing(keras.Model):
    """A model that chooses the weights to train by a property of its own."""

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.first, self.last = keras.layers.Dense(4), keras.layers.Dense(_LABELS)
        self.trains_first = False

    @property
    def trainable_weights(self):
        chosen = self.last.trainable_weights
        return [*self.first.trainable_weights, *chosen] if self.trains_first else chosen

    def call(self, x):
        return self.last(self.first(x))


class _Summed(keras.Model):
    """A model of rows of any length."""

    def __init__(self):
        super().__init__()
        self.dense = keras.layers.Dense(_LABELS)

    def call(self, x):
        return self.dense(tf.reduce_sum(x, -1, keepdims=True))


def test_the_weights_that_a_model_leaves_out_are_not_trained(
    make_refiner, tags, tmp_path, assert_identical, eagerly
):
    model = _Choosing()
    model(tags[0])
    initial = model.get_weights()
    refiner = make_refiner(model, from_logits=True)
    refiner.fit(tags, 0.5, epochs=1, folder=tmp_path / "run")
    first = model.get_weights()
    assert_identical(first[:2], initial[:2])
    assert all(np.any(a != b) for a, b in zip(first[2:], initial[2:]))

    # A resumed training has the same variables.
    model.set_weights(initial)
    again = make_refiner(model, from_logits=True)
    again.fit(tags, 0.5, epochs=1, folder=tmp_path / "run", on_epoch_end=pytest.fail)
    assert_identical(model.get_weights(), first)
    refiner.save(tmp_path / "saved")
    loaded = type(refiner).load(
        tmp_path / "saved", custom_objects={"_Choosing": _Choosing}
    )
    assert_identical(loaded.generator.get_weights(), first)

    refiner.fit(tags, 0.5, epochs=1)
    assert_identical(model.get_weights()[:2], initial[:2])
    model.trains_first = True
    refiner.fit(tags, 0.5, epochs=1)
    assert np.any(model.get_weights()[0] != initial[0])


def test_a_further_call_with_other_shapes_is_refused(fitted, tags, refused):
    x, y = tags
    with refused(r"x has shape \(6,\) in the training data, but \(7,\) is needed"):
        fitted.fit((x[:, :6], y), epochs=1)
    with refused(r"y has shape \(4,\) in the training data, but \(5,\) is needed"):
        fitted.fit((x, y[:, :4]), epochs=1)


@pytest.mark.parametrize("next_call", ["fit", "assemble"])
@pytest.mark.parametrize("fails_in", ["callback", "trial validation"])
def test_a_first_call_that_fails_leaves_the_shapes_open(
    fails_in, next_call, make_refiner, tags, monkeypatch, eagerly
):
    def fail(*args):
        raise KeyboardInterrupt

    refiner = make_refiner(_Summed(), from_logits=True)
    x, y = tags
    with monkeypatch.context() as patch:
        if fails_in == "trial validation":
            patch.setattr(refiner_module, "try_validation", fail)
        with pytest.raises(KeyboardInterrupt):
            refiner.fit((x, y), epochs=1, on_epoch_end=fail)
    if next_call == "fit":
        refiner.fit((x[:, :6], y), epochs=1)
    else:
        refiner.assemble(Examples(x[:, :6], y))
        refiner.refinement = Refinement(0.5, 1)
    assert refiner.predict(x[:, :6]).refined.shape == y.shape


def test_without_a_folder_nothing_is_written(
    make_refiner, tags, tmp_path, monkeypatch, eagerly
):
    monkeypatch.chdir(tmp_path)
    make_refiner(method="gan").fit(tags, epochs=1)
    assert os.listdir(tmp_path) == []


def test_the_seed_decides_all(make_refiner, tags, eagerly):
    refined = []
    for seed in (0, 0, 1):
        refiner = make_refiner(seed=seed)
        refiner.fit(tags, 0.5, epochs=1)
        refined.append(refiner.predict(tags[0]).refined)
    np.testing.assert_array_equal(refined[0], refined[1])
    assert np.any(refined[0] != refined[2])


def _draws():
    return random.random(), np.random.random(), float(tf.random.uniform([]))


def test_the_users_own_random_draws_go_on_as_if_there_were_no_fit(
    make_refiner, tags, eagerly
):
    refiner = make_refiner()
    keras.utils.set_random_seed(7)
    expected = _draws()
    keras.utils.set_random_seed(7)
    refiner.fit(tags, 0.5, epochs=1)
    assert isinstance(refiner.discriminator, RatioNetwork)
    assert _draws() == expected


@pytest.mark.slow
def test_masks_are_trained_in_replay_chains(fitted_maps):
    refiner, _ = fitted_maps
    assert refiner.method == AUTO
    assert refiner.settings.binarised_oracle is False
    kept = refiner.trainer._mixer.variables
    assert len(kept) == 4
    assert np.max(kept[0]) > 0.0


def test_data_pass_through_the_refiners_module_once_before_the_training(
    make_refiner, tags, eagerly
):
    entered, epochs = [], []

    def profile(frame, event, argument):
        if event == "call" and frame.f_code.co_filename == refiner_module.__file__:
            if not epochs:
                entered.append(frame.f_code.co_name)
        elif event == "call" and frame.f_code.co_name == "train_epoch":
            epochs.append(None)

    refiner = make_refiner(method="baseline")
    sys.setprofile(profile)
    try:
        refiner.fit(tags, 0.5, epochs=1)
    finally:
        sys.setprofile(None)
    assert entered == ["fit"]
    assert epochs
