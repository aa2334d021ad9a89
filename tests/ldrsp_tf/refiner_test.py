import contextlib
import dataclasses
import json
import os
import shutil

import keras
import numpy as np
import pytest
import tensorflow as tf

from datasets.synthetic_shapes import generative_model
from ldrsp_tf import refiner as refiner_module
from ldrsp_tf.augmentation import random_crop_and_mirror
from ldrsp_tf.crops import CropAverage, Crops
from ldrsp_tf.errors import TrainingError, UsageError
from ldrsp_tf.folder_lock import claim_folder
from ldrsp_tf.methods import LDRSP_PLUS
from ldrsp_tf.models import MLP, Discriminator, EnergyNetwork
from ldrsp_tf.models.segmentation import PatchDiscriminator
from ldrsp_tf.prediction import Refinement
from ldrsp_tf.refiner import Refiner
from ldrsp_tf.sampling import SamplingSettings
from ldrsp_tf.selection import RefinementGrid
from ldrsp_tf.spaces import ClassMapSpace
from ldrsp_tf.training_settings import TrainingSettings

_LABELS = 5


def _few_samples(**changes):
    """Settings of LDRSP+ with one step of refinement in training."""
    defaults = {
        "batch_size": 12,
        "source_shares": (1.0, 0.0, 0.0),
        "sampling": SamplingSettings(inference_steps=1),
    }
    return TrainingSettings(**{**defaults, **changes})


@contextlib.contextmanager
def _refused(match):
    """One sentence is expected."""
    with pytest.raises(UsageError, match=match) as caught:
        yield
    assert "\n" not in str(caught.value)
    assert str(caught.value).endswith(".")


# The user's model.


class _Subclassed(keras.Model):
    def __init__(self):
        super().__init__()
        self.drop = keras.layers.Dropout(0.5)
        self.dense = keras.layers.Dense(_LABELS)

    def call(self, x, training=False):
        return self.dense(self.drop(x, training=training))


class _WithoutTraining(_Subclassed):
    def call(self, x):
        return self.dense(self.drop(x))


def _functional():
    x = keras.Input((7,))
    return keras.Model(x, keras.layers.Dense(_LABELS)(keras.layers.Dropout(0.5)(x)))


def _sequential():
    return keras.Sequential([keras.layers.Dropout(0.5), keras.layers.Dense(_LABELS)])


@pytest.mark.parametrize(
    "make", [_functional, _sequential, _Subclassed, _WithoutTraining]
)
def test_any_kind_of_model_is_trained_and_gives_its_own_outputs(
    make, make_refiner, tags, eagerly
):
    model = make()
    model(tags[0])
    before = model.get_weights()
    refiner = make_refiner(model, method="baseline")
    refiner.fit(tags, 0.5, epochs=1)
    assert np.any(model.get_weights()[0] != before[0])
    generated = refiner.predict(tags[0]).generated
    np.testing.assert_allclose(generated, tf.sigmoid(model(tags[0])), atol=1e-5)


@pytest.fixture
def pretrained(tags):
    """A compiled and trained model with layers that behave otherwise in training."""
    model = keras.Sequential(
        [
            keras.layers.Dense(6),
            keras.layers.BatchNormalization(),
            keras.layers.Dropout(0.5),
            keras.layers.Dense(4, trainable=False),
            keras.layers.Dense(_LABELS, activation="sigmoid"),
        ]
    )
    model.compile("adam", "binary_crossentropy")
    model.fit(*tags, verbose=0)
    return model


def _flags(model):
    return [layer.trainable for layer in model.layers]


def test_a_frozen_model_is_left_as_it_is_and_trained_by_a_later_refiner(
    pretrained, make_refiner, tags, assert_identical, eagerly
):
    x, _ = tags
    before, flags = pretrained.get_weights(), _flags(pretrained)
    expected = pretrained(x, training=False)
    options = {"gives": "probabilities", "settings": _few_samples()}
    refiner = make_refiner(pretrained, frozen=True, **options)
    history = refiner.fit(tags, 0.5, epochs=2)
    assert "surrogate_loss" not in history.records[0]
    assert_identical(pretrained.get_weights(), before)
    assert _flags(pretrained) == flags == [True, True, True, False, True]
    np.testing.assert_allclose(refiner.predict(x).generated, expected, atol=1e-5)

    history = make_refiner(pretrained, **options).fit(tags, 0.5, epochs=1)
    assert "surrogate_loss" in history.records[0]
    assert _flags(pretrained) == flags
    changed = [np.any(a != b) for a, b in zip(pretrained.get_weights(), before)]
    # All but the kernel and the bias of the layer that the user had frozen.
    assert changed == [True] * 6 + [False] * 2 + [True] * 2


def test_d_is_trained_on_the_outputs_that_a_frozen_model_gives_in_use(
    pretrained, make_refiner, tags, monkeypatch, eagerly
):
    # Were it called as in training, its averages would move and dropout would act.
    seen = []
    call = type(pretrained).call
    monkeypatch.setattr(
        type(pretrained),
        "call",
        lambda self, *args, training=None, **kwargs: (
            seen.append(training) or call(self, *args, training=training, **kwargs)
        ),
    )
    make_refiner(pretrained, frozen=True, gives="probabilities").fit(
        tags, 0.5, epochs=1
    )
    assert seen
    assert not any(seen)


def test_masks_of_one_channel_become_two_classes(fitted_maps, large_maps):
    refiner, _ = fitted_maps
    foreground = refiner.generator(large_maps[0], training=False)
    np.testing.assert_allclose(
        refiner.predict(large_maps[0]).generated,
        tf.concat([1.0 - foreground, foreground], -1),
        atol=1e-5,
    )


def test_a_frozen_model_of_masks_is_left_as_it_is(fitted_maps, assert_identical):
    refiner, before = fitted_maps
    assert_identical(refiner.generator.get_weights(), before["weights"])
    assert [layer.trainable for layer in refiner.generator.layers] == before["flags"]


@pytest.mark.parametrize(
    "policy", ["mixed_bfloat16", "mixed_float16", "bfloat16", "float64"]
)
def test_models_of_any_precision(policy, make_refiner, tags, eagerly):
    model = keras.Sequential([keras.layers.Dense(_LABELS, dtype=policy)])
    refiner = make_refiner(model)
    refiner.fit(tags, 0.5, epochs=1)
    prediction = refiner.predict(tags[0])
    assert prediction.generated.dtype == prediction.refined.dtype == np.float32
    expected = tf.sigmoid(tf.cast(model(tags[0]), tf.float32))
    np.testing.assert_allclose(prediction.generated, expected, atol=1e-5)


def test_a_low_precision_set_for_all_of_keras(make_refiner, tags, eagerly):
    keras.config.set_dtype_policy("mixed_bfloat16")
    try:
        refiner = make_refiner()
        refiner.fit(tags, 0.5, epochs=1)
    finally:
        keras.config.set_dtype_policy("float32")
    assert refiner.predict(tags[0]).refined.dtype == np.float32


def test_integer_inputs(make_refiner, tags, eagerly):
    x, y = tags[0].astype(np.int64), tags[1].astype(np.uint8)
    model = keras.Sequential(
        [
            keras.layers.Embedding(2, 3),
            keras.layers.Flatten(),
            keras.layers.Dense(_LABELS),
        ]
    )
    refiner = make_refiner(model)
    refiner.fit((x, y), 0.5, epochs=1)
    np.testing.assert_allclose(
        refiner.predict(x).generated, tf.sigmoid(model(x)), atol=1e-5
    )


def _two_inputs():
    inputs = [keras.Input((7,)), keras.Input((7,))]
    return keras.Model(inputs, keras.layers.Dense(5)(keras.layers.Add()(inputs)))


def _two_outputs():
    x = keras.Input((7,))
    return keras.Model(x, [keras.layers.Dense(5)(x), keras.layers.Dense(5)(x)])


@pytest.mark.parametrize(
    ("model", "match"),
    [
        (_two_inputs, "has 2 inputs"),
        (_two_outputs, "gives a list of outputs"),
        (
            lambda: keras.Sequential([keras.layers.Dense(4)]),
            r"shape \(4,\) where .* \(5",
        ),
        (
            lambda: keras.Sequential([keras.Input((6,)), keras.layers.Dense(5)]),
            r"do not take inputs of shape \(19, 7\).*have value 6",
        ),
    ],
)
def test_models_that_do_not_fit_are_refused(model, match, make_refiner, tags):
    with _refused(match):
        make_refiner(model()).fit(tags, epochs=1)


def test_what_is_no_model_is_refused(make_refiner):
    with _refused("generator is a function: a keras.Model"):
        make_refiner(lambda x: x)
    with _refused("discriminator is a Sequential: a subclass of ldrsp_tf.Discr"):
        make_refiner(discriminator=keras.Sequential([]))
    with _refused("logits or probabilities, not 'tags'"):
        make_refiner(gives="tags")


def test_logits_that_are_called_probabilities_are_refused(make_refiner, tags):
    model = keras.Sequential([keras.layers.Dense(5, bias_initializer="ones")])
    with _refused("which are no probabilities"):
        make_refiner(model, gives="probabilities").fit(
            (tags[0] + 9.0, tags[1]), epochs=1
        )


# Methods.


def test_nothing_to_train_is_refused(make_refiner, tags):
    with _refused("nothing to train.*'baseline'"):
        make_refiner(method="baseline", frozen=True).fit(tags, epochs=1)


def test_methods_without_a_generator_are_refused(make_refiner):
    with _refused("'dvn' has no generator"):
        make_refiner(method="dvn")
    with _refused("no method 'ldrps'"):
        make_refiner(method="ldrps")


def test_without_a_discriminator_there_are_generated_outputs_alone(
    make_refiner, tags, eagerly
):
    refiner = make_refiner(method="baseline")
    refiner.fit(tags, epochs=1)
    assert refiner.discriminator is None
    assert refiner.refinement is None
    prediction = refiner.predict(tags[0], trajectory=True)
    assert prediction.generated.shape == (24, 5)
    assert prediction[1:] == (None, None, None)
    assert refiner.evaluate(tags).keys() == {"generator"}


@pytest.mark.parametrize("method", ["baseline", "gan"])
def test_other_methods_of_masks_need_no_settings(method, large_maps, eagerly):
    model = keras.Sequential([keras.layers.Conv2D(2, 1)])
    refiner = Refiner(
        model,
        ClassMapSpace(),
        method=method,
        discriminator=PatchDiscriminator(width=2),
        grid=RefinementGrid((4.0,), (1,)),
    )
    refiner.fit(large_maps, 1 / 3, epochs=1)
    assert refiner.predict(large_maps[0]).generated.shape == (6, 16, 16, 2)


# The user's oracle.


def _few_tags(y, y_true):
    return 1.0 - tf.reduce_mean(y, 1)


@pytest.fixture(scope="module")
def thrifty(make_refiner, tags):
    """A refiner whose oracle wants few tags, whatever the truth, and its history."""
    refiner = make_refiner(
        oracle=_few_tags,
        frozen=True,
        settings=_few_samples(batch_size=4, discriminator_learning_rate=0.05),
        grid=RefinementGrid((0.2, 2.0), (1, 5)),
    )
    return refiner, refiner.fit(tags, 0.5, epochs=12, interval=6)


def test_d_learns_the_users_oracle(thrifty, tags):
    refiner, _ = thrifty
    x = tf.constant(tags[0])
    score = refiner.trainer.score(x)
    one, four = (score(tf.constant([[1.0] * n + [0.0] * (5 - n)] * 24)) for n in (1, 4))
    assert np.min(one) > np.max(four) + 0.2  # 0.8 and 0.2 by the oracle.


def test_the_choice_follows_the_users_oracle(thrifty, tags):
    refiner, history = thrifty
    assert refiner.refinement.step_size == 2.0
    measured = refiner.evaluate(tags)
    refined = refiner.predict(tags[0]).refined
    assert measured["refined"]["value"] == pytest.approx(1.0 - np.mean(refined > 0.5))
    assert measured["refined"]["value"] > measured["generator"]["value"] + 0.1
    assert {"f1", "f1_tuned"} < measured["refined"].keys()
    for record in history.records[5::6]:
        validation = record["validation"]
        assert validation["metric"] == validation["measured"]["refined"]["value"]


@pytest.mark.parametrize(
    ("oracle", "match"),
    [
        (lambda y, y_true: 100.0 * _few_tags(y, y_true), "from .* to .*Rescale it"),
        (lambda y, y_true: np.nan * y[:, 0], "from nan to nan"),
        (lambda y, y_true: y, r"values of shape \(12, 5\)"),
        # Within [0, 1] on the truth, but not on other outputs.
        (lambda y, y_true: 2.0 * tf.reduce_mean(tf.abs(y - y_true), 1), "to 2"),
    ],
)
def test_other_oracles_are_refused_before_training(oracle, match, make_refiner, tags):
    y = tags[1].copy()
    y[0] = 1.0
    refiner = make_refiner(oracle=oracle)
    with _refused(match):
        refiner.fit((tags[0], y), 0.01 + 1 / 24, epochs=1, report=pytest.fail)
    assert refiner.trainer is None


def _whole_map(y, y_true):
    return tf.reduce_mean(y * y_true, [1, 2, 3])


def test_one_value_a_map_makes_one_score_a_map(large_maps, eagerly):
    refiner = Refiner(
        keras.Sequential([keras.layers.Conv2D(2, 1)]),
        ClassMapSpace(),
        oracle=_whole_map,
        grid=RefinementGrid((4.0,), (1,)),
        settings=_few_samples(batch_size=4),
    )
    refiner.fit(large_maps, 1 / 3, epochs=1)
    assert refiner.predict(large_maps[0]).scores.shape == (6,)


# The user's discriminator.


class _OfTags(Discriminator):
    def __init__(self):
        super().__init__()
        self.dense = keras.layers.Dense(_LABELS)

    def features(self, x, training=False):
        return self.dense(x)

    def logits(self, features, y, training=False):
        return tf.reduce_sum(features * y, -1)


class _Blind(_OfTags):
    def logits(self, features, y, training=False):
        return tf.reduce_sum(features, -1)


class _Column(_OfTags):
    def logits(self, features, y, training=False):
        return (features * y)[:, :1]


class _Narrow(_OfTags):
    def __init__(self):
        super().__init__()
        self.dense = keras.layers.Dense(3)


def test_a_discriminator_of_the_users_is_trained(make_refiner, tags, eagerly):
    discriminator = _OfTags()
    discriminator.dense.build((None, 7))
    before = discriminator.get_weights()
    refiner = make_refiner(discriminator=discriminator)
    refiner.fit(tags, 0.5, epochs=1)
    assert refiner.discriminator is discriminator
    assert np.any(discriminator.get_weights()[0] != before[0])
    x = tf.constant(tags[0])
    prediction = refiner.predict(tags[0])
    np.testing.assert_allclose(
        prediction.scores, discriminator((x, prediction.refined)), rtol=1e-5
    )


@pytest.mark.parametrize(
    ("discriminator", "match"),
    [
        (_Blind, "ignores y"),
        (_Column, r"scores have shape \(1, 1\) where the oracle's values have \(1,\)"),
        (_Narrow, r"networks do not take inputs of shape \(19, 7\)"),
    ],
)
def test_discriminators_that_do_not_fit_are_refused(
    discriminator, match, make_refiner, tags
):
    with _refused(match):
        make_refiner(discriminator=discriminator()).fit(tags, epochs=1)


# Data.


@pytest.mark.parametrize(
    ("data", "match"),
    [
        (lambda x, y: (x, y[:-1]), "The training data has 24 inputs and 23"),
        (lambda x, y: (x, 255 * y), "true outputs of the training data reach"),
        (lambda x, y: tf.data.Dataset.from_tensor_slices((x, y)).repeat(), "for ever"),
    ],
)
def test_data_that_do_not_fit_are_refused(data, match, make_refiner, tags):
    with _refused(match):
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
def test_fewer_examples_than_a_batch(rows, make_refiner, tags, eagerly):
    few = tuple(part[:rows] for part in tags)
    refiner = make_refiner(settings=_few_samples(source_shares=(0.0, 0.5, 0.5)))
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
def test_rows_without_tags_or_with_all(tag, make_refiner, tags, eagerly):
    x, y = tags
    data = x, np.full_like(y, tag)
    refiner = make_refiner(settings=_few_samples(source_shares=(0.3, 0.3, 0.4)))
    refiner.fit(data, epochs=2)
    _assert_measured(refiner, data)
    _assert_measured(refiner, tuple(part[:1] for part in data))


@pytest.mark.parametrize("number", [0, 1])
def test_masks_of_one_class(number, large_maps, eagerly):
    x, y = large_maps
    data = x, np.full_like(y, np.eye(2)[number])
    refiner = Refiner(
        keras.Sequential([keras.layers.Conv2D(2, 1)]),
        ClassMapSpace(),
        discriminator=PatchDiscriminator(width=2),
        settings=_few_samples(),
        grid=RefinementGrid((4.0,), (1,)),
    )
    refiner.fit(data, 1 / 3, epochs=1)
    _assert_measured(refiner, data)
    _assert_measured(refiner, tuple(part[:1] for part in data))


@pytest.mark.parametrize("share", [0.0, 1.0, -0.5, 2, 0.01, 0.99, np.nan])
def test_shares_that_leave_nothing_are_refused(share, make_refiner, tags):
    with _refused("of 24 examples cannot be held out"):
        make_refiner().fit(tags, share, epochs=1)


def test_one_example_cannot_be_shared(make_refiner, tags):
    with _refused("of 1 examples cannot be held out"):
        make_refiner().fit((tags[0][:1], tags[1][:1]), epochs=1)


@pytest.mark.parametrize("share", [0.25, np.float32(0.25)])
def test_a_share_is_held_out(share, make_refiner, tags, monkeypatch, eagerly):
    seen = []
    real = refiner_module.validate

    def validate(trainer, predictor, grid, examples):
        seen.append(examples)
        return real(trainer, predictor, grid, examples)

    def fit(trainer, x, y, **options):
        seen.append(np.concatenate([x, y], 1))
        return real_fit(trainer, x, y, **options)

    real_fit = refiner_module.fit
    monkeypatch.setattr(refiner_module, "validate", validate)
    monkeypatch.setattr(refiner_module, "fit", fit)
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
    held_out, match, make_refiner, tags
):
    with _refused(match):
        make_refiner().fit(tags, held_out(*tags), epochs=1)


def test_what_was_refused_leaves_the_refiner_as_it_was(make_refiner, tags, eagerly):
    refiner = make_refiner(method="gan")
    x, y = tags
    with _refused("outputs of shape"):
        refiner.fit((x, y[:, :4]), epochs=1)
    assert (refiner.trainer, refiner.shapes, refiner.discriminator) == (None,) * 3
    refiner.fit(tags, epochs=1)
    assert refiner.predict(x).refined.shape == (24, 5)


# Training.


@pytest.mark.parametrize(
    ("options", "match"),
    [
        ({"epochs": 0}, "epochs is 0: at least 1"),
        ({"epochs": 1, "interval": 0}, "interval is 0: at least 1"),
    ],
)
def test_numbers_that_train_nothing_are_refused(options, match, make_refiner, tags):
    with _refused(match):
        make_refiner().fit(tags, **options)


def _worse_after(epoch, monkeypatch):
    """Validations whose metric rises until that epoch and falls after it."""
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
        report=lambda record: states.append(values(refiner.trainer.variables)),
        folder=tmp_path if in_folder else None,
    )
    assert [record["epoch"] for record in history.records] == [1, 2, 3, 4]
    assert_identical(values(refiner.trainer.variables), states[1])
    assert any(np.any(a != b) for a, b in zip(states[1], states[3]))
    validation = history.records[1]["validation"]
    assert dataclasses.asdict(refiner.refinement) == validation["refinement"]
    assert refiner.calibration == validation["calibration"]


def test_patience_and_interval_reach_the_training(
    make_refiner, tags, monkeypatch, eagerly
):
    _worse_after(1, monkeypatch)
    refiner = make_refiner(method="baseline")
    history = refiner.fit(tags, epochs=9, interval=2, patience=2)
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


def test_a_further_call_with_other_shapes_is_refused(fitted, tags):
    x, y = tags
    with _refused(r"x has shape \(6,\) in the training data, but \(7,\) is needed"):
        fitted.fit((x[:, :6], y), epochs=1)
    with _refused(r"y has shape \(4,\) in the training data, but \(5,\) is needed"):
        fitted.fit((x, y[:, :4]), epochs=1)


def _interrupted(record):
    raise KeyboardInterrupt


def _resumable(make_refiner):
    return make_refiner(
        MLP(_LABELS, (6,), hidden_dropout=0.25),
        discriminator=EnergyNetwork(_LABELS, (4,)),
        settings=_few_samples(source_shares=(0.3, 0.3, 0.4)),
    )


def _fit_in(folder, make_refiner, tags, report=lambda record: None):
    refiner = _resumable(make_refiner)
    refiner.fit(tags, 0.5, epochs=3, folder=folder, report=report)
    return refiner


def _records(folder):
    lines = (folder / "metrics.jsonl").read_text().splitlines()
    records = [json.loads(line) for line in lines]
    for record in records:
        del record["seconds"]
    return records


def test_an_interrupted_training_ends_like_an_undisturbed_one(
    make_refiner, tags, tmp_path, values, assert_identical, eagerly
):
    undisturbed = _fit_in(tmp_path / "one", make_refiner, tags)
    for _ in range(2):
        with pytest.raises(KeyboardInterrupt):
            _fit_in(tmp_path / "two", make_refiner, tags, _interrupted)
    resumed = _fit_in(tmp_path / "two", make_refiner, tags)
    assert_identical(
        values(resumed.trainer.variables), values(undisturbed.trainer.variables)
    )
    assert _records(tmp_path / "two") == _records(tmp_path / "one")
    assert len(_records(tmp_path / "two")) == 3
    assert resumed.refinement == undisturbed.refinement
    assert resumed.calibration == undisturbed.calibration


def test_a_finished_training_is_not_repeated(make_refiner, tags, tmp_path, eagerly):
    refiner = _fit_in(tmp_path, make_refiner, tags)
    again = _fit_in(tmp_path, make_refiner, tags, report=pytest.fail)
    np.testing.assert_array_equal(
        *(r.predict(tags[0]).refined for r in (refiner, again))
    )


@pytest.mark.parametrize("part", ["index", "data-00000-of-00001"])
def test_another_state_than_the_best_one_is_not_taken_for_it(
    part, make_refiner, tags, tmp_path, eagerly
):
    folder = tmp_path / "größe 画像"
    _fit_in(folder, make_refiner, tags)
    (path,) = (folder / "checkpoints" / "best").glob(f"*.{part}")
    path.unlink()
    with pytest.raises(TrainingError, match="to train anew"):
        _fit_in(folder, make_refiner, tags)
    # The mend that the error names.
    shutil.rmtree(folder / "checkpoints")
    _fit_in(folder, make_refiner, tags)
    assert len(_records(folder)) == 3


def test_a_truncated_checkpoint_costs_the_epochs_since_the_one_before(
    make_refiner, tags, tmp_path, values, assert_identical, eagerly
):
    undisturbed = _fit_in(tmp_path, make_refiner, tags)
    (path,) = (tmp_path / "checkpoints" / "latest").glob("ckpt-3.data*")
    path.write_bytes(path.read_bytes()[:100])
    with pytest.warns(UserWarning, match="ckpt-3 is damaged; going on from the one"):
        resumed = _fit_in(tmp_path, make_refiner, tags)
    assert_identical(
        values(resumed.trainer.variables), values(undisturbed.trainer.variables)
    )
    assert len(_records(tmp_path)) == 3


def test_a_folder_in_which_another_process_works_is_refused(
    make_refiner, tags, tmp_path, eagerly
):
    with claim_folder(tmp_path), _refused("Another process is at work in "):
        _fit_in(tmp_path, make_refiner, tags)
    assert os.listdir(tmp_path) == ["lock"]
    # An interrupted training gives the folder back.
    with pytest.raises(KeyboardInterrupt):
        _fit_in(tmp_path, make_refiner, tags, _interrupted)
    claim_folder(tmp_path).close()


def test_a_folder_that_cannot_be_written_is_refused(make_refiner, tags, tmp_path):
    (tmp_path / "file").touch()
    with _refused("file/below cannot be written .*; choose another"):
        _fit_in(tmp_path / "file" / "below", make_refiner, tags)


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


def test_masks_are_trained_in_replay_chains(fitted_maps):
    refiner, _ = fitted_maps
    assert refiner.method == dataclasses.replace(LDRSP_PLUS, binarised_oracle=False)
    kept = refiner.trainer._sources.variables
    assert len(kept) == 4
    assert np.max(kept[0]) > 0.0


# Prediction.


@pytest.fixture(params=["fitted", "fitted_maps"])
def any_fitted(request, tags, large_maps):
    """A fitted refiner with its inputs."""
    refiner = request.getfixturevalue(request.param)
    if request.param == "fitted":
        return refiner, tags[0]
    return refiner[0], large_maps[0]


def test_outputs_scores_and_the_walk_between(any_fitted):
    refiner, x = any_fitted
    prediction = refiner.predict(x, trajectory=True)
    shape = (len(x), *refiner.shapes[1])
    assert prediction.generated.shape == prediction.refined.shape == shape
    assert prediction.scores.shape == shape[:-1]
    assert prediction.trajectory.shape == (refiner.refinement.steps + 1, *shape)
    np.testing.assert_array_equal(prediction.trajectory[0], prediction.generated)
    np.testing.assert_array_equal(prediction.trajectory[-1], prediction.refined)
    assert np.any(prediction.refined != prediction.generated)
    np.testing.assert_allclose(
        prediction.scores,
        refiner.trainer.score(tf.constant(x))(tf.constant(prediction.refined)),
        rtol=1e-4,
    )


def test_without_the_walk_there_is_no_trajectory(fitted, tags):
    assert fitted.predict(tags[0]).trajectory is None


def test_inputs_of_any_numeric_type(fitted, tags):
    expected = fitted.predict(tags[0]).refined
    for kind in (np.uint8, np.float64, bool):
        x = tags[0].astype(kind)
        np.testing.assert_array_equal(fitted.predict(x).refined, expected)
    np.testing.assert_array_equal(fitted.predict(tags[0].tolist()).refined, expected)


@pytest.mark.parametrize(
    ("x", "match"),
    [
        (np.zeros((3, 6)), r"shape \(3, 6\) do not fit: \[N, 7\] with N > 0"),
        (np.zeros(7), r"shape \(7,\) do not fit"),
        (np.zeros((0, 7)), r"shape \(0, 7\) do not fit"),
        (np.float32(1.0), r"shape \(\) do not fit"),
        (np.full((3, 7), np.nan), "NaN or infinite, in example 0"),
        (np.full((3, 7), "a"), "numbers are needed"),
    ],
)
def test_inputs_that_do_not_fit_are_refused(x, match, fitted):
    with _refused(match):
        fitted.predict(x)


def test_nothing_is_predicted_before_a_training(make_refiner, tags, tmp_path):
    refiner = make_refiner()
    for use in (
        lambda: refiner.predict(tags[0]),
        lambda: refiner.evaluate(tags),
        lambda: refiner.save(tmp_path / "saved"),
        lambda: refiner.export(tmp_path / "exported"),
    ):
        with _refused("Nothing is trained yet"):
            use()
    assert os.listdir(tmp_path) == []


def test_after_an_interruption_a_refinement_is_missing(make_refiner, tags, eagerly):
    refiner = make_refiner(method="gan")
    with pytest.raises(KeyboardInterrupt):
        refiner.fit(tags, epochs=1, report=_interrupted)
    with _refused("No refinement is chosen yet"):
        refiner.predict(tags[0])
    refiner.refinement = Refinement(0.5, 2)
    assert refiner.predict(tags[0], trajectory=True).trajectory.shape == (3, 24, 5)
    with _refused("Nothing is calibrated yet"):
        refiner.evaluate(tags)


def test_evaluation_measures_the_predictions(fitted, tags):
    prediction = fitted.predict(tags[0])
    measured = fitted.evaluate(tags)
    for row, y in (
        ("generator", prediction.generated),
        ("refined", prediction.refined),
    ):
        expected = fitted.space.measure(
            y, tags[1], fitted.calibration[row], row == "generator"
        )
        assert measured[row] == expected
    assert fitted.evaluate(tf.data.Dataset.from_tensor_slices(tags)) == measured


def test_test_data_of_another_shape_are_refused(fitted, tags):
    with _refused(r"y has shape \(4,\) in the test data"):
        fitted.evaluate((tags[0], tags[1][:, :4]))


# Crops.


def _any_size(channels=2):
    return keras.Sequential([keras.layers.Conv2D(channels, 3, padding="same")])


def test_images_are_predicted_by_crops(large_maps, eagerly):
    crops = Crops(8, (0, 4, 8), mirror=True)
    refiner = Refiner(
        _any_size(),
        ClassMapSpace(),
        method="gan",
        discriminator=PatchDiscriminator(width=2),
        grid=RefinementGrid((4.0,), (1,)),
        crops=crops,
        augment=random_crop_and_mirror(8),
    )
    refiner.fit(large_maps, 1 / 3, epochs=1)
    average = CropAverage(refiner.trainer, 8, (0, 4, 8), mirror=True)
    x = tf.constant(large_maps[0])
    prediction = refiner.predict(large_maps[0], trajectory=True)
    np.testing.assert_allclose(prediction.generated, average.generate(x), atol=1e-6)
    walk = average.walk(x, tf.constant(4.0), tf.constant(1), True)
    np.testing.assert_allclose(prediction.trajectory, walk.outputs, atol=1e-6)
    np.testing.assert_allclose(prediction.scores, walk.scores[-1], atol=1e-6)


def test_crops_that_do_not_cover_are_refused_before_training(large_maps):
    refiner = Refiner(_any_size(), ClassMapSpace(), crops=Crops(8, (0, 4)))
    with _refused("do not cover an image of 16 pixels"):
        refiner.fit(large_maps, epochs=1)


def test_crops_of_pooled_scores_or_of_tags_are_refused(large_maps, make_refiner, tags):
    refiner = Refiner(
        _any_size(), ClassMapSpace(), oracle=_whole_map, crops=Crops(8, (0, 8))
    )
    with _refused("one score a mask; leave the crops out"):
        refiner.fit(large_maps, epochs=1)
    with _refused("Crops are of images and class maps"):
        make_refiner(crops=Crops(3, (0, 4))).fit(tags, epochs=1)


def test_masks_are_predicted_in_batches_of_the_training(fitted_maps):
    refiner, _ = fitted_maps
    assert refiner.predictor.rows_at_once == refiner.settings.batch_size == 20


# What it is for.


@pytest.fixture(scope="module")
def shapes():
    """120 training, 40 validation and 100 test pictures of the synthetic shapes."""

    def examples(pictures, rows):
        masks = pictures.masks[:rows].astype(int)
        return (
            pictures.images[:rows].astype(np.float32) / 127.5 - 1.0,
            np.eye(2, dtype=np.float32)[masks],
        )

    splits = generative_model.generate()
    rows = {"train": 120, "validation": 40, "test": 100}
    return {name: examples(splits[name], number) for name, number in rows.items()}


def _texture_model(x, y):
    """A network that sees 7x7 pixels, trained for some epochs by Keras alone."""
    keras.utils.set_random_seed(0)
    layers = [keras.layers.Input(x.shape[1:])]
    for width in (8, 16, 16):
        layers += [
            keras.layers.Conv2D(width, 3, padding="same"),
            keras.layers.BatchNormalization(),
            keras.layers.ReLU(),
        ]
    layers.append(keras.layers.Conv2D(1, 1, activation="sigmoid"))
    model = keras.Sequential(layers)
    model.compile(keras.optimizers.Adam(0.01), "binary_crossentropy")
    model.fit(x, y[..., 1:], epochs=12, batch_size=20, verbose=0)
    return model


def test_a_frozen_model_gains_from_refinement(shapes):
    # Six seeds of model (0.01 to 0.24 mean IOU) and refiner gain 0.25 to 0.41.
    refiner = Refiner(
        _texture_model(*shapes["train"]),
        ClassMapSpace(),
        gives="probabilities",
        frozen=True,
        discriminator=PatchDiscriminator("unet", width=4, head="bilinear"),
        settings=TrainingSettings(
            batch_size=20,
            discriminator_learning_rate=0.005,
            source_shares=(0.5, 0.5, 0.0),  # Replay chains take long to compile.
            sampling=SamplingSettings(
                inference_steps=2, inference_step_size=8.0, adversarial_step_size=4.0
            ),
        ),
        grid=RefinementGrid((8.0,), (1, 2, 5, 10)),
    )
    refiner.fit(shapes["train"], shapes["validation"], epochs=9, interval=3)
    measured = refiner.evaluate(shapes["test"])
    gain = measured["refined"]["mean_iou"] - measured["generator"]["mean_iou"]
    assert gain > 0.1
