import dataclasses

import keras
import numpy as np
import pytest
import tensorflow as tf

from ldrsp_tf.data.examples import Examples
from ldrsp_tf.errors import NotFittedError
from ldrsp_tf.losses.adaptive_weight import MAX_WEIGHT
from ldrsp_tf.methods import Method
from ldrsp_tf.models import Discriminator, EnergyNetwork
from ldrsp_tf.models.segmentation import PatchDiscriminator
from ldrsp_tf.prediction.crops import Crops
from ldrsp_tf.refinement import Refinement
from ldrsp_tf.refiner.refiner import Refiner
from ldrsp_tf.settings import RefinementGrid, TrainingSettings
from ldrsp_tf.spaces.class_maps import ClassMapSpace
from ldrsp_tf.spaces.tags import TagSpace

_LABELS = 5


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
    refiner = make_refiner(model, method="baseline", from_logits=True)
    refiner.fit(tags, 0.5, epochs=1)
    assert np.any(model.get_weights()[0] != before[0])
    generated = refiner.predict(tags[0]).generated
    np.testing.assert_allclose(generated, tf.sigmoid(model(tags[0])), atol=1e-5)


@pytest.fixture
def pretrained(tags):
    """Makes a trained model with layers that behave otherwise in training."""
    model = keras.Sequential(
        [
            keras.layers.Dense(6),
            keras.layers.BatchNormalization(),
            keras.layers.Dropout(0.5),
            keras.layers.Dense(4, trainable=False),
            keras.layers.Dense(_LABELS, activation="sigmoid"),
        ]
    )
    model.compile("adam", "binary_crossentropy", jit_compile=False)
    model.fit(*tags, verbose=0)
    return model


def _flags(model):
    return [layer.trainable for layer in model.layers]


@pytest.mark.slow
def test_a_frozen_model_is_left_as_it_is_and_trained_by_a_later_refiner(
    pretrained, make_refiner, tags, assert_identical, eagerly, few_samples
):
    x, _ = tags
    before, flags = pretrained.get_weights(), _flags(pretrained)
    expected = pretrained(x, training=False)
    options = {"from_logits": False, "settings": few_samples()}
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
    make_refiner(pretrained, frozen=True, from_logits=False).fit(tags, 0.5, epochs=1)
    assert seen
    assert not any(seen)


@pytest.mark.slow
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
        (_two_outputs, "has 2 outputs"),
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
def test_models_that_do_not_fit_are_refused(model, match, make_refiner, tags, refused):
    with refused(match):
        make_refiner(model()).fit(tags, epochs=1)


def test_what_is_no_model_is_refused(make_refiner, refused):
    with refused("generator is a function: a keras.Model"):
        make_refiner(lambda x: x)
    with refused(
        "discriminator is a Sequential: an instance of a subclass of ldrsp_tf"
    ):
        make_refiner(discriminator=keras.Sequential([]))
    model = keras.Sequential([keras.layers.Dense(_LABELS)])
    for space, kind in (
        (TagSpace, "the class TagSpace"),
        ("tags", "a str"),
        (None, "a NoneType"),
    ):
        with refused(rf"space is {kind}: an output space is .*such as TagSpace\(\)"):
            Refiner(model, space)


@pytest.mark.parametrize(
    ("argument", "value", "match"),
    [
        ("from_logits", "tags", "^from_logits is 'tags'; give True"),
        ("frozen", "no", "^frozen is 'no'; give True to leave the model as it is"),
        ("frozen", None, "^frozen is None; give True"),
        ("oracle", "f1", "^The oracle is a str: a function of outputs and true"),
        ("discriminator", EnergyNetwork, "^The discriminator is the class EnergyNetw"),
        ("method", None, '^The method is a NoneType: a name is needed, such as "auto"'),
        ("method", Method, "^The method is the class Method: a name is needed"),
        ("settings", TrainingSettings, "^The settings are the class TrainingSettings:"),
        ("grid", Refinement(0.5, 2), "^The settings of the grid are a Refinement: a R"),
        ("crops", (24, (0, 8)), r"^The crops are a tuple: .*ldrsp_tf\.Crops\(size=24"),
        ("crops", Crops, "^The crops are the class Crops: a Crops object is needed"),
        (
            "augment",
            "flip",
            "^augment is a str: a function of inputs, outputs and a se",
        ),
        ("seed", "first", "^seed is 'first': a whole number from 0"),
        ("preprocessing", keras.Model, "^The preprocessing is the class Model: a kera"),
    ],
)
def test_arguments_of_other_types_are_named_and_refused(
    argument, value, match, make_refiner, refused
):
    with refused(match):
        make_refiner(**{argument: value})


def test_choices_are_checked_without_a_generator_as_well(refused):
    with refused("from_logits is 'tags'"):
        Refiner(None, TagSpace(), method="dvn", from_logits="tags")


def test_truth_values_of_numpy_are_taken(make_refiner):
    refiner = make_refiner(from_logits=np.True_, frozen=np.False_)
    assert (refiner.from_logits, refiner.frozen) == (True, False)
    assert type(refiner.from_logits) is type(refiner.frozen) is bool


def test_pairs_in_the_place_of_examples_are_refused(make_refiner, tags, refused):
    refiner = make_refiner()
    for method in (refiner.assemble, refiner.validate):
        with refused(r"examples are a tuple: give ldrsp_tf\.data\.Examples\(x, y\)"):
            method(tags)


def test_logits_that_are_called_probabilities_are_refused(make_refiner, tags, refused):
    model = keras.Sequential([keras.layers.Dense(5, bias_initializer="ones")])
    with refused("which are no probabilities"):
        make_refiner(model, from_logits=False).fit((tags[0] + 9.0, tags[1]), epochs=1)


def test_logits_of_which_the_first_lie_between_0_and_1_are_refused_as_well(
    make_refiner, tags, refused
):
    x, y = np.full((24, 7), 9.0, np.float32), tags[1]
    x[0] = 0.0
    model = keras.Sequential([keras.layers.Dense(5, kernel_initializer="ones")])
    # Without a discriminator that predicts, all outputs are of compiled functions.
    refiner = make_refiner(model, from_logits=False, method="ldrsp_plus")
    with refused("values from 0 to 63, which are no probabilities"):
        refiner.fit((x, y), (x, y), epochs=1)


# Methods.


def test_nothing_to_train_is_refused(make_refiner, tags, refused):
    with refused("nothing to train.*'baseline'"):
        make_refiner(method="baseline", frozen=True).fit(tags, epochs=1)


def test_unknown_methods_are_refused(make_refiner, refused):
    with refused("no method 'ldrps'"):
        make_refiner(method="ldrps")


@pytest.mark.parametrize("space", [TagSpace(), ClassMapSpace()])
def test_the_default_method_is_auto_under_its_name_too(space):
    default, named = (
        Refiner(_sequential(), space, **method) for method in ({}, {"method": "auto"})
    )
    assert default.method == named.method
    assert default.settings == named.settings
    assert default.grid == named.grid


def test_ldrsp_cross_is_refused_with_the_sentence_that_says_how(make_refiner, refused):
    with refused('method="ldrsp_plus" with a CrossFitted generator.*folds='):
        make_refiner(method="ldrsp_cross")


def test_methods_without_a_generator_take_none_and_others_need_one(refused):
    with refused("'dvn' has no generator.*or give None"):
        Refiner(_sequential(), TagSpace(), method="dvn")
    with refused("generator is a NoneType: a keras.Model"):
        Refiner(None, TagSpace(), method="ldrsp")


def test_without_a_generator_there_are_refined_outputs_alone(tags, tmp_path, eagerly):
    refiner = Refiner(
        None,
        TagSpace(),
        method="dvn",
        settings={"sampling": {"inference_steps": 1}},
        grid={"step_sizes": (1.0,), "steps": (2,)},
    )
    refiner.fit(tags, epochs=1)
    prediction = refiner.predict(tags[0])
    np.testing.assert_array_equal(prediction.generated, np.zeros((24, _LABELS)))
    assert np.any(prediction.refined > 0.0)
    assert refiner.evaluate(tags).keys() == {"refined"}
    assert list(refiner.networks) == ["discriminator"]

    refiner.save(tmp_path)
    loaded = Refiner.load(tmp_path)
    assert loaded.generator is None
    np.testing.assert_array_equal(loaded.predict(tags[0]).refined, prediction.refined)


def test_settings_and_grid_may_be_what_differs_from_the_stock_ones():
    stock = Refiner(_sequential(), TagSpace())
    refiner = Refiner(
        _sequential(),
        TagSpace(),
        settings={"cosine_decay": True, "sampling": {"chain_steps": 7}},
        grid={"step_sizes": (2.0,)},
    )
    assert refiner.settings == dataclasses.replace(
        stock.settings,
        cosine_decay=True,
        sampling=dataclasses.replace(stock.settings.sampling, chain_steps=7),
    )
    assert refiner.grid == dataclasses.replace(stock.grid, step_sizes=(2.0,))


@pytest.mark.parametrize("space", [TagSpace(), ClassMapSpace()])
def test_a_weight_of_the_users_is_taken_by_every_method(space):
    generator = keras.Sequential([keras.layers.Dense(2)])
    for method in ("auto", "gan"):
        refiner = Refiner(
            generator, space, method=method, settings={"adversarial_weight": 0.01}
        )
        assert refiner.settings.adversarial_weight == 0.01
        assert refiner.settings.adversarial_share is None


@pytest.mark.parametrize("method", ["gan", "ebgan"])
def test_the_adversarial_term_of_other_methods_has_its_share_by_default(
    method, make_refiner, tags, eagerly
):
    refiner = make_refiner(method=method)
    refiner.assemble(Examples(*tags))
    losses = refiner.trainer.train_epoch(*map(tf.constant, tags), 0)
    assert 0.0 < losses["adversarial_weight"] < MAX_WEIGHT


def test_unknown_settings_are_refused(make_refiner, refused):
    with refused("no 'rate' among the settings; there are batch_size, "):
        make_refiner(settings={"rate": 1.0})
    with refused("no 'sizes' among the settings of the grid; there are step_sizes, "):
        make_refiner(grid={"sizes": (1.0,)})


def test_without_a_discriminator_there_are_generated_outputs_alone(
    make_refiner, tags, eagerly
):
    refiner = make_refiner(method="baseline")
    refiner.fit(tags, epochs=1)
    assert refiner.discriminator is None
    assert refiner.refinement is None
    prediction = refiner.predict(tags[0], trajectory=True)
    assert prediction.generated.shape == (24, 5)
    assert prediction[1:] == (None,) * 5
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
def thrifty(make_refiner, tags, few_samples):
    """Makes a refiner whose oracle rewards few tags for any truth, and its history."""
    refiner = make_refiner(
        oracle=_few_tags,
        frozen=True,
        settings=few_samples(batch_size=4, discriminator_learning_rate=0.05),
        grid=RefinementGrid((0.2, 2.0), (1, 5)),
    )
    return refiner, refiner.fit(tags, 0.5, epochs=12, validation_freq=6)


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
        refined = validation["measured"]["refined"]["value"]
        compared = {
            (c["output"], c["decoder"]): c for c in validation["decision"]["compared"]
        }
        # By walks that other rows have chosen.
        held_out = compared["refined", "plain"]["metric"]
        assert held_out == pytest.approx(refined, abs=0.1)
        taken = [c["metric"] for c in compared.values() if c["is_taken"]]
        assert validation["metric"] == taken[-1] == max(taken)


@pytest.mark.parametrize(
    ("oracle", "match"),
    [
        (lambda y, y_true: 100.0 * _few_tags(y, y_true), "from .* to .*Rescale it"),
        (lambda y, y_true: np.nan * y[:, 0], "is nan for example 0"),
        (lambda y, y_true: y, r"values of shape \(24, 5\)"),
        # Within [0, 1] on the truth, but not on other outputs.
        (lambda y, y_true: 2.0 * tf.reduce_mean(tf.abs(y - y_true), 1), "to 2"),
    ],
)
def test_other_oracles_are_refused_before_training(
    oracle, match, make_refiner, tags, refused
):
    y = tags[1].copy()
    y[0] = 1.0
    refiner = make_refiner(oracle=oracle)
    with refused(match):
        refiner.fit((tags[0], y), 0.01 + 1 / 24, epochs=1, on_epoch_end=pytest.fail)
    with pytest.raises(NotFittedError):
        _ = refiner.trainer


def _whole_map(y, y_true):
    return tf.reduce_mean(y * y_true, [1, 2, 3])


@pytest.mark.slow
def test_one_value_a_map_makes_one_score_a_map(large_maps, eagerly, few_samples):
    refiner = Refiner(
        keras.Sequential([keras.layers.Conv2D(2, 1)]),
        ClassMapSpace(),
        oracle=_whole_map,
        grid=RefinementGrid((4.0,), (1,)),
        settings=few_samples(batch_size=4),
    )
    refiner.fit(large_maps, 1 / 3, epochs=1)
    assert refiner.predict(large_maps[0]).scores.shape == (6,)


# The user's discriminator.


class _OfTags(Discriminator):
    def __init__(self, units=_LABELS):
        super().__init__()
        self.dense = keras.layers.Dense(units)

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
        super().__init__(units=3)
        self.dense.build((None, 7))


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
    discriminator, match, make_refiner, tags, refused
):
    with refused(match):
        make_refiner(discriminator=discriminator()).fit(tags, epochs=1)


class _Sharing(_OfTags):
    def __init__(self, shared):
        super().__init__()
        self.shared = shared

    def features(self, x, training=False):
        return self.dense(self.shared(x))


def test_a_discriminator_does_not_train_layers_of_a_frozen_model(
    make_refiner, tags, refused, assert_identical, eagerly
):
    shared = keras.layers.Dense(3)
    model = keras.Sequential([shared, keras.layers.Dense(_LABELS)])
    refiner = make_refiner(model, frozen=True, discriminator=_Sharing(shared))
    with refused("trains the weights '.*kernel', which belong to the frozen generator"):
        refiner.fit(tags, 0.5, epochs=1)
    # It may read them, and train its own.
    shared.trainable = False
    before = model.get_weights()
    refiner = make_refiner(model, frozen=True, discriminator=_Sharing(shared))
    refiner.fit(tags, 0.5, epochs=1)
    assert_identical(model.get_weights(), before)
