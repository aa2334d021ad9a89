import keras
import numpy as np
import pytest
import tensorflow as tf

from ldrsp_tf.errors import UsageError
from ldrsp_tf.models import EnergyNetwork
from ldrsp_tf.models.adapters import DropFoldChannel, GeneratorAdapter
from ldrsp_tf.spaces.class_maps import ClassMapSpace
from ldrsp_tf.spaces.tags import TagSpace

_X = np.random.default_rng(0).normal(size=(4, 6)).astype(np.float32)
_IMAGES = np.random.default_rng(1).normal(size=(2, 5, 5, 3)).astype(np.float32)


class _Subclassed(keras.Model):
    def __init__(self, activation):
        super().__init__()
        self.drop = keras.layers.Dropout(0.5)
        self.dense = keras.layers.Dense(3, activation=activation)

    def call(self, x, training=False):
        return self.dense(self.drop(x, training=training))


class _WithoutTraining(_Subclassed):
    def call(self, x):
        return self.dense(self.drop(x))


def _functional(activation):
    x = keras.Input((6,))
    dropped = keras.layers.Dropout(0.5)(x)
    return keras.Model(x, keras.layers.Dense(3, activation=activation)(dropped))


def _sequential(activation):
    return keras.Sequential(
        [keras.layers.Dropout(0.5), keras.layers.Dense(3, activation=activation)]
    )


def _tags(model, from_logits=True, **options):
    """Makes an adapter of a model of tags, as a refiner does."""
    return _adapter(model, TagSpace(), (3,), from_logits, **options)


def _class_maps(model, from_logits=True, channels=2):
    return _adapter(model, ClassMapSpace(), (5, 5, channels), from_logits)


def _adapter(model, space, y_shape, from_logits, **options):
    def to_logits(outputs):
        return space.to_logits(outputs, from_logits, y_shape)

    return GeneratorAdapter(model, to_logits, from_logits, **options)


_KINDS = [_functional, _sequential, _Subclassed, _WithoutTraining]


@pytest.mark.parametrize("make", _KINDS)
def test_tags_of_logits(make):
    model = make(None)
    generator = _tags(model)
    np.testing.assert_allclose(generator(_X), model(_X), atol=1e-6)


@pytest.mark.parametrize("make", _KINDS)
def test_tags_of_probabilities(make):
    model = make("sigmoid")
    y = TagSpace().activation(_tags(model, False)(_X))
    np.testing.assert_allclose(y, model(_X), atol=1e-5)


@pytest.mark.parametrize("make", _KINDS)
def test_training_reaches_the_layers(make):
    generator = _tags(make(None))
    assert np.any(generator(_X, training=True) != generator(_X))


def _maps(channels, activation):
    return keras.Sequential(
        [keras.layers.Conv2D(channels, 3, padding="same", activation=activation)]
    )


@pytest.mark.parametrize("channels", [2, 3])
def test_maps_of_a_softmax(channels):
    model = _maps(channels, "softmax")
    generator = _class_maps(model, False, channels)
    y = ClassMapSpace().activation(generator(_IMAGES))
    np.testing.assert_allclose(y, model(_IMAGES), atol=1e-5)


def test_maps_of_logits():
    model = _maps(3, None)
    generator = _class_maps(model, channels=3)
    np.testing.assert_allclose(generator(_IMAGES), model(_IMAGES), atol=1e-6)


@pytest.mark.parametrize(
    ("from_logits", "activation"), [(True, None), (False, "sigmoid")]
)
def test_one_channel_becomes_background_and_foreground(from_logits, activation):
    model = _maps(1, activation)
    y = ClassMapSpace().activation(_class_maps(model, from_logits)(_IMAGES))
    foreground = model(_IMAGES)
    if from_logits:
        foreground = tf.sigmoid(foreground)
    np.testing.assert_allclose(
        y, tf.concat([1.0 - foreground, foreground], -1), atol=1e-5
    )


def test_one_tag_stays_one():
    model = keras.Sequential([keras.layers.Dense(1)])
    assert _tags(model)(_X).shape == (4, 1)


def test_certain_probabilities_have_finite_logits():
    model = keras.Sequential(
        [keras.layers.Lambda(lambda x: tf.cast(x > 0.0, tf.float32))]
    )
    logits = _tags(model, False)(_X).numpy()
    assert np.all(np.isfinite(logits))
    np.testing.assert_array_equal(logits > 0.0, _X > 0.0)


def test_a_frozen_model_has_nothing_to_train_and_keeps_its_flags():
    model = _functional(None)
    assert _tags(model, frozen=True).trainable_variables == []
    assert model.trainable
    assert len(model.trainable_variables) == 2
    assert len(_tags(model).trainable_variables) == 2


def _ids(variables):
    return [id(variable) for variable in variables]


@pytest.mark.parametrize("make", _KINDS)
def test_the_variables_of_a_model_are_divided_as_keras_does(make):
    model = make(None)
    generator = _tags(model)
    generator(_X)
    expected = [v for v in generator.variables if v.trainable]
    assert _ids(generator.trainable_variables) == _ids(expected)
    others = [v for v in generator.variables if not v.trainable]
    assert _ids(generator.non_trainable_variables) == _ids(others)
    model.trainable = False
    assert generator.trainable_variables == []
    assert _ids(generator.non_trainable_variables) == _ids(generator.variables)


class _Choosing(keras.Model):
    """A model that leaves its first layer as it is, as fine-tuning does."""

    def __init__(self):
        super().__init__()
        self.first = keras.layers.Dense(4, kernel_regularizer="l2")
        self.norm = keras.layers.BatchNormalization()
        self.last = keras.layers.Dense(3, kernel_regularizer="l2")

    @property
    def trainable_weights(self):
        return self.last.trainable_weights

    def call(self, x, training=False):
        return self.last(self.norm(self.first(x), training=training))


def test_a_model_may_choose_the_weights_to_train():
    model = _Choosing()
    generator = _tags(model)
    generator(_X)
    assert _ids(generator.trainable_variables) == _ids(model.last.trainable_weights)
    others = [*model.first.variables, *model.norm.variables]
    assert _ids(generator.non_trainable_variables) == _ids(others)
    # Regularizers are of the weights that are trained.
    np.testing.assert_array_equal(generator.losses, model.losses)
    assert len(generator.losses) == 1
    assert _tags(model, frozen=True).trainable_variables == []


def test_a_discriminator_without_the_fold_trains_what_it_chooses():
    class Choosing(EnergyNetwork):
        @property
        def trainable_weights(self):
            return self.label_scores.trainable_weights

    inner = Choosing(3, (4,))
    outer = DropFoldChannel(inner, 5)
    outer((tf.constant(_X), tf.zeros([4, 3])))
    for network in (inner, outer):
        chosen = inner.label_scores.trainable_weights
        assert _ids(network.trainable_variables) == _ids(chosen)
        others = [v for v in network.variables if id(v) not in _ids(chosen)]
        assert _ids(network.non_trainable_variables) == _ids(others)


def test_several_inputs_are_refused():
    inputs = [keras.Input((6,)), keras.Input((6,))]
    model = keras.Model(inputs, keras.layers.Add()(inputs))
    with pytest.raises(UsageError, match="has 2 inputs"):
        _tags(model)


@pytest.mark.parametrize("structure", [list, dict])
def test_several_outputs_are_refused(structure):
    x = keras.Input((6,))
    outputs = {"a": keras.layers.Dense(3)(x), "b": keras.layers.Dense(3)(x)}
    outputs = outputs if structure is dict else list(outputs.values())
    with pytest.raises(UsageError, match=f"a {structure.__name__} of outputs"):
        _tags(keras.Model(x, outputs))(_X)


def test_logits_that_are_called_probabilities_are_refused():
    model = keras.Sequential([keras.layers.Rescaling(1.0)])
    with pytest.raises(UsageError, match="are no probabilities; say from_logits=True"):
        _tags(model, False)(_X)


@pytest.mark.parametrize("policy", ["mixed_bfloat16", "mixed_float16", "float16"])
def test_models_of_low_precision_give_single_precision(policy):
    model = keras.Sequential([keras.layers.Dense(3, dtype=policy)])
    logits = _tags(model)(_X)
    assert logits.dtype == tf.float32
    np.testing.assert_array_equal(logits, tf.cast(model(_X), tf.float32))


def test_a_low_precision_set_for_all_does_not_round_the_inputs():
    model = keras.Sequential([keras.layers.Dense(3)])
    keras.config.set_dtype_policy("mixed_bfloat16")
    try:
        generator = _tags(model)
    finally:
        keras.config.set_dtype_policy("float32")
    np.testing.assert_allclose(generator(_X), model(_X), atol=1e-6)


def test_a_model_of_integers_gets_them_back():
    model = keras.Sequential(
        [keras.layers.Embedding(9, 2), keras.layers.Flatten(), keras.layers.Dense(3)]
    )
    words = np.arange(8).reshape(2, 4)
    logits = _tags(model)(tf.cast(words, tf.float32))
    np.testing.assert_allclose(logits, model(words), atol=1e-6)
