import dataclasses
import json
import os
import random
import sys

import keras
import numpy as np
import pytest
import tensorflow as tf

from ldrsp_tf.data.examples import Examples
from ldrsp_tf.errors import DivergenceError, NotFittedError, TrainingError
from ldrsp_tf.methods import AUTO
from ldrsp_tf.models import MLP, EnergyNetwork
from ldrsp_tf.models.ratio_network import RatioNetwork
from ldrsp_tf.models.segmentation import PatchDiscriminator
from ldrsp_tf.refiner import refiner as refiner_module
from ldrsp_tf.refiner.refiner import Refiner
from ldrsp_tf.settings import RefinementGrid
from ldrsp_tf.spaces.class_maps import ClassMapSpace
from ldrsp_tf.spaces.tags import TagSpace
from ldrsp_tf.training.folder_lock import claim_folder

_LABELS = 5


# Data.


@pytest.mark.parametrize(
    ("data", "match"),
    [
        (lambda x, y: (x, y[:-1]), "The training data has 24 inputs and 23"),
        (lambda x, y: (x, 255 * y), "true outputs of the training data reach"),
        (lambda x, y: tf.data.Dataset.from_tensor_slices((x, y)).repeat(), "for ever"),
    ],
)
def test_data_that_do_not_fit_are_refused(data, match, make_refiner, tags, refused):
    with refused(match):
        make_refiner().fit(data(*tags), epochs=1)


def test_a_dataset_trains_as_its_arrays_do(
    make_refiner, tags, assert_identical, eagerly
):
    dataset = tf.data.Dataset.from_tensor_slices(tags)
    weights = []
    for data in (tags, dataset, dataset.batch(7)):
        refiner = make_refiner(method="baseline")
        refiner.fit(data, epochs=1)
        weights.append(refiner.generator.get_weights())
    assert_identical(weights[1], weights[0])
    assert_identical(weights[2], weights[0])


@pytest.mark.parametrize("rows", [1, 3])
def test_fewer_examples_than_a_batch(rows, make_refiner, tags, eagerly, few_samples):
    few = tuple(part[:rows] for part in tags)
    refiner = make_refiner(settings=few_samples(source_shares=(0.0, 0.5, 0.5)))
    refiner.fit(few, tags, epochs=3)
    assert refiner.predict(tags[0]).refined.shape == (24, 5)


def _assert_measured(refiner, data):
    prediction = refiner.predict(data[0])
    assert all(
        np.isfinite(part).all() for part in (prediction.refined, prediction.scores)
    )
    for metrics in refiner.evaluate(data).values():
        assert all(0.0 <= value <= 1.0 for value in metrics.values())


@pytest.mark.parametrize("tag", [0.0, 1.0])
def test_rows_without_tags_or_with_all(tag, make_refiner, tags, few_samples, eagerly):
    x, y = tags
    data = x, np.full_like(y, tag)
    refiner = make_refiner(settings=few_samples(source_shares=(0.3, 0.3, 0.4)))
    refiner.fit(data, epochs=2)
    _assert_measured(refiner, data)
    _assert_measured(refiner, tuple(part[:1] for part in data))


@pytest.mark.parametrize("number", [0, 1])
def test_masks_of_one_class(number, large_maps, few_samples, eagerly):
    x, y = large_maps
    data = x, np.full_like(y, np.eye(2)[number])
    refiner = Refiner(
        keras.Sequential([keras.layers.Conv2D(2, 1)]),
        ClassMapSpace(),
        discriminator=PatchDiscriminator(width=2),
        settings=few_samples(),
        grid=RefinementGrid((4.0,), (1,)),
    )
    refiner.fit(data, 1 / 3, epochs=1)
    _assert_measured(refiner, data)
    _assert_measured(refiner, tuple(part[:1] for part in data))


@pytest.mark.parametrize("share", [0.0, 1.0, -0.5, 2, 0.01, 0.99, np.nan])
def test_shares_that_leave_nothing_are_refused(share, make_refiner, tags, refused):
    with refused("of 24 examples cannot be held out"):
        make_refiner().fit(tags, share, epochs=1)


def test_one_example_cannot_be_shared(make_refiner, tags, refused):
    with refused("of 1 examples cannot be held out"):
        make_refiner().fit((tags[0][:1], tags[1][:1]), epochs=1)


@pytest.mark.parametrize("share", [0.25, np.float32(0.25)])
def test_a_share_is_held_out(share, make_refiner, tags, monkeypatch, eagerly):
    seen = []
    real = refiner_module.validate

    def validate(trainer, predictor, grid, examples, unrefined):
        seen.append(examples)
        return real(trainer, predictor, grid, examples, unrefined)

    def fit(trainer, examples, **options):
        seen.append(np.concatenate(examples, 1))
        return real_fit(trainer, examples, **options)

    real_fit = refiner_module.fit_in_folder
    monkeypatch.setattr(refiner_module, "validate", validate)
    monkeypatch.setattr(refiner_module, "fit_in_folder", fit)
    numbered = (np.arange(24.0)[:, None] + np.zeros(7), tags[1])
    make_refiner(method="baseline").fit(numbered, share, epochs=1)
    trained, held_out = seen
    assert len(held_out.x) == 6
    rows = [*trained[:, 0], *held_out.x[:, 0]]
    assert sorted(rows) == list(range(24))
    np.testing.assert_array_equal(held_out.y, tags[1][held_out.x[:, 0].astype(int)])


@pytest.mark.parametrize(
    ("held_out", "match"),
    [
        (lambda x, y: (x[:, :6], y), r"x has shape \(6,\) in the validation data"),
        (lambda x, y: (x, y[:, :4]), r"y has shape \(4,\) in the validation data"),
        (lambda x, y: (x * np.nan, y), "inputs of the validation data"),
        (lambda x, y: (x[:0], y[:0]), "validation data has 0 inputs"),
        (lambda x, y: None, "validation data is neither a pair"),
    ],
)
def test_validation_data_that_do_not_fit_are_refused(
    held_out, match, make_refiner, tags, refused
):
    with refused(match):
        make_refiner().fit(tags, held_out(*tags), epochs=1)


def test_what_was_refused_leaves_the_refiner_as_it_was(
    make_refiner, tags, eagerly, refused
):
    refiner = make_refiner(method="gan")
    x, y = tags
    with refused("outputs of shape"):
        refiner.fit((x, y[:, :4]), epochs=1)
    assert refiner.discriminator is None
    for name in ("parts", "trainer", "predictor", "shapes"):
        with pytest.raises(NotFittedError, match="Nothing is trained yet"):
            getattr(refiner, name)
    refiner.fit(tags, epochs=1)
    assert refiner.predict(x).refined.shape == (24, 5)


def _sequence(*layers):
    return keras.Sequential([keras.Input((10, 10, 3)), *layers])


def test_more_than_two_classes_need_a_metric_of_all(maps, refused):
    x, y = maps[0], np.eye(5)[np.zeros((8, 10, 10), int)]
    model = _sequence(keras.layers.Conv2D(5, 1, activation="softmax"))
    with refused(r'have 5 classes.*ClassMapSpace\("pixel_accuracy"\)'):
        Refiner(model, ClassMapSpace()).fit((x, y), epochs=1, on_epoch_end=pytest.fail)
    # A custom oracle is the metric of any number of classes.
    ClassMapSpace(oracle=lambda y, y_true: y[..., 0]).check_outputs(y, "data")
    ClassMapSpace("pixel_accuracy").check_outputs(y, "data")


class _SpaceWithoutItsMetric(TagSpace):
    """A space whose choice among states fails."""

    def default_selection_metric(self, measured):
        return measured["none"]


def test_a_validation_that_fails_is_refused_before_the_training(
    make_refiner, tags, refused, eagerly
):
    refiner = make_refiner(space=_SpaceWithoutItsMetric())
    with refused("cannot be validated .KeyError: 'none'.; nothing was trained"):
        refiner.fit(tags, epochs=1, on_epoch_end=pytest.fail)


# Training.


@pytest.mark.parametrize(
    ("options", "match"),
    [
        ({"epochs": 0}, "epochs is 0: a whole number of at least 1"),
        ({"epochs": 1.5}, "epochs is 1.5: a whole number"),
        (
            {"epochs": 1, "validation_freq": 0.5},
            "validation_freq is 0.5: a whole number",
        ),
        ({"epochs": 1, "patience": -1}, "patience is -1: a whole number of at least 0"),
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


def test_a_further_call_with_other_shapes_is_refused(fitted, tags, refused):
    x, y = tags
    with refused(r"x has shape \(6,\) in the training data, but \(7,\) is needed"):
        fitted.fit((x[:, :6], y), epochs=1)
    with refused(r"y has shape \(4,\) in the training data, but \(5,\) is needed"):
        fitted.fit((x, y[:, :4]), epochs=1)


def _interrupted(record):
    raise KeyboardInterrupt


@pytest.fixture
def resumable(make_refiner, few_samples):
    """Makes a refiner with dropout and every source of samples."""
    return lambda: make_refiner(
        MLP(_LABELS, (6,), hidden_dropout=0.25),
        discriminator=EnergyNetwork(_LABELS, (4,)),
        settings=few_samples(source_shares=(0.3, 0.3, 0.4)),
    )


@pytest.fixture
def fit_in(resumable, tags):
    """Fits a new refiner in a folder."""

    def fit(folder, on_epoch_end=lambda record: None):
        refiner = resumable()
        refiner.fit(tags, 0.5, epochs=3, folder=folder, on_epoch_end=on_epoch_end)
        return refiner

    return fit


def _records(folder):
    lines = (folder / "metrics.jsonl").read_text().splitlines()
    records = [json.loads(line) for line in lines]
    for record in records:
        del record["seconds"]
    return records


@pytest.mark.slow
def test_an_interrupted_training_ends_like_an_undisturbed_one(
    fit_in, tmp_path, values, assert_identical, eagerly
):
    undisturbed = fit_in(tmp_path / "one")
    for _ in range(2):
        with pytest.raises(KeyboardInterrupt):
            fit_in(tmp_path / "two", _interrupted)
    resumed = fit_in(tmp_path / "two")
    assert_identical(
        values(resumed.trainer.variables), values(undisturbed.trainer.variables)
    )
    assert _records(tmp_path / "two") == _records(tmp_path / "one")
    assert len(_records(tmp_path / "two")) == 3
    assert resumed.refinement == undisturbed.refinement
    assert resumed.decoder_params == undisturbed.decoder_params


@pytest.mark.parametrize("in_folder", [False, True])
def test_a_call_that_was_interrupted_may_be_made_again(
    in_folder, resumable, tags, tmp_path, values, assert_identical, eagerly
):
    undisturbed, refiner = resumable(), resumable()
    undisturbed.fit(tags, 0.5, epochs=3, validation_freq=3)
    folder = tmp_path if in_folder else None
    # No epoch has been validated yet, so there is no checkpoint.
    with pytest.raises(KeyboardInterrupt):
        refiner.fit(
            tags,
            0.5,
            epochs=3,
            validation_freq=3,
            folder=folder,
            on_epoch_end=_interrupted,
        )
    refiner.fit(tags, 0.5, epochs=3, validation_freq=3, folder=folder)
    assert_identical(
        values(refiner.trainer.variables), values(undisturbed.trainer.variables)
    )
    assert refiner.refinement == undisturbed.refinement


def test_an_interrupted_call_leaves_what_was_there_before_it(
    resumable, tags, values, assert_identical, eagerly
):
    refiner = resumable()
    refiner.fit(tags, 0.5, epochs=1)
    before, changed = values(refiner.trainer.variables), []

    def interrupt(record):
        changed.append(np.any(refiner.generator.get_weights()[0] != before[0]))
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        refiner.fit(tags, 0.5, epochs=2, on_epoch_end=interrupt)
    assert changed == [True]
    assert_identical(values(refiner.trainer.variables), before)


def test_a_training_that_diverges_leaves_the_model_as_it_was(
    make_refiner, tags, assert_identical, eagerly
):
    x, y = tags
    model = keras.Sequential([keras.layers.Dense(_LABELS)])
    model(x)
    before = model.get_weights()
    refiner = make_refiner(
        model, method="baseline", settings={"generator_learning_rate": 1e38}
    )
    with pytest.raises(DivergenceError, match="surrogate loss of epoch"):
        refiner.fit((x, y), epochs=5)
    assert_identical(model.get_weights(), before)


def test_a_finished_training_is_not_repeated(fit_in, tags, tmp_path, eagerly):
    refiner = fit_in(tmp_path)
    again = fit_in(tmp_path, on_epoch_end=pytest.fail)
    np.testing.assert_array_equal(
        *(r.predict(tags[0]).refined for r in (refiner, again))
    )


@pytest.mark.parametrize("part", ["index", "data-00000-of-00001"])
def test_a_best_state_that_is_lost_is_trained_again(
    part, fit_in, tmp_path, values, assert_identical, eagerly
):
    folder = tmp_path / "größe 画像"
    undisturbed = fit_in(folder)
    records = _records(folder)
    for path in (folder / "checkpoints" / "best").glob(f"*.{part}"):
        path.unlink()
    with pytest.warns(UserWarning, match="best state of phase 'train' are lost"):
        again = fit_in(folder)
    assert_identical(
        values(again.trainer.variables), values(undisturbed.trainer.variables)
    )
    assert _records(folder) == records


def test_a_truncated_checkpoint_costs_the_epochs_since_the_one_before(
    fit_in, tmp_path, values, assert_identical, eagerly
):
    undisturbed = fit_in(tmp_path)
    (path,) = (tmp_path / "checkpoints" / "latest").glob("ckpt-3.data*")
    path.write_bytes(path.read_bytes()[:100])
    with pytest.warns(UserWarning, match="ckpt-3 is damaged; going on from the one"):
        resumed = fit_in(tmp_path)
    assert_identical(
        values(resumed.trainer.variables), values(undisturbed.trainer.variables)
    )
    assert len(_records(tmp_path)) == 3


def test_a_folder_in_which_another_process_works_is_refused(
    fit_in, tmp_path, refused, eagerly
):
    with claim_folder(tmp_path), refused("Another process is at work in "):
        fit_in(tmp_path)
    assert os.listdir(tmp_path) == ["lock"]
    # An interrupted training gives the folder back.
    with pytest.raises(KeyboardInterrupt):
        fit_in(tmp_path, _interrupted)
    claim_folder(tmp_path).close()


def test_a_folder_that_cannot_be_written_is_refused(fit_in, tmp_path, refused):
    (tmp_path / "file").touch()
    with refused("file/below cannot be written .*; choose another"):
        fit_in(tmp_path / "file" / "below")


@pytest.mark.slow
def test_a_folder_of_other_data_or_settings_is_refused(
    resumable, make_refiner, tags, tmp_path, refused, eagerly
):
    x, y = tags
    resumable().fit(tags, 0.5, epochs=1, folder=tmp_path)
    before = _records(tmp_path)
    for data, share, match in (
        ((x[:20], y[:20]), 0.5, "the training inputs are others; .*choose another fol"),
        ((x, 1 - y), 0.5, "the training outputs are others"),
        ((x, y), (x[:2], y[:2]), "the validation inputs are others"),
    ):
        with refused(match):
            resumable().fit(data, share, epochs=2, folder=tmp_path)
    with refused("generator_learning_rate is .* there and 0.5 here"):
        make_refiner(settings={"generator_learning_rate": 0.5}, method="baseline").fit(
            tags, 0.5, epochs=2, folder=tmp_path
        )
    assert _records(tmp_path) == before
    # The same numbers of another type, for more epochs.
    more = resumable().fit((x.astype(int), y > 0.5), 0.5, epochs=2, folder=tmp_path)
    assert [record["epoch"] for record in more.records] == [1, 2]


def test_a_folder_of_another_frozen_model_is_refused(
    make_refiner, tags, tmp_path, refused, assert_identical, eagerly
):
    model, other = MLP(_LABELS, ()), MLP(_LABELS, ())
    for each in (model, other):
        each(tags[0])
    before = other.get_weights()
    make_refiner(model, frozen=True).fit(tags, 0.5, epochs=1, folder=tmp_path)
    with refused("the weights of the frozen generator are others.*choose another fol"):
        make_refiner(other, frozen=True).fit(tags, 0.5, epochs=1, folder=tmp_path)
    assert_identical(other.get_weights(), before)
    # Those of the same one may be those of another object.
    other.set_weights(model.get_weights())
    make_refiner(other, frozen=True).fit(
        tags, 0.5, epochs=1, folder=tmp_path, on_epoch_end=pytest.fail
    )


def test_a_folder_of_an_older_version_is_taken_with_a_warning(
    fit_in, tmp_path, eagerly
):
    fit_in(tmp_path)
    (tmp_path / "training.json").unlink()
    with pytest.warns(UserWarning, match="an older version, whose data are not known"):
        fit_in(tmp_path, on_epoch_end=pytest.fail)
    assert (tmp_path / "training.json").exists()


@pytest.mark.parametrize("content", ["", "[]", '{"data": '])
def test_a_damaged_fingerprint_is_named(content, fit_in, tmp_path, eagerly):
    (tmp_path / "training.json").write_text(content)
    with pytest.raises(TrainingError, match=r"training\.json is damaged"):
        fit_in(tmp_path)


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
