import keras
import numpy as np
import pytest
import tensorflow as tf

from ldrsp_tf.data.examples import Examples
from ldrsp_tf.models import Discriminator

_LABELS = 5


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


class _WithAuxiliaryHead(keras.Model):
    """A generator with layers that run in training alone."""

    def __init__(self):
        super().__init__()
        self.dense = keras.layers.Dense(_LABELS)
        self.norm = keras.layers.BatchNormalization()
        self.head = keras.layers.Dense(3)

    def call(self, x, training=False):
        hidden = self.norm(self.dense(x), training=training)
        if training:
            self.add_loss(keras.ops.mean(self.head(hidden) ** 2))
        return hidden


class _WithHelpInTraining(Discriminator):
    """A discriminator with a layer that runs in training alone."""

    def __init__(self):
        super().__init__()
        self.body, self.help = keras.layers.Dense(4), keras.layers.Dense(4)
        self.score = keras.layers.Dense(1)

    def features(self, x, training=False):
        hidden = self.body(x)
        return hidden + self.help(x) if training else hidden

    def logits(self, features, y, training=False):
        return self.score(tf.concat([features, y], -1))[:, 0]


def test_layers_that_run_in_training_alone_are_trained(make_refiner, tags, eagerly):
    generator, discriminator = _WithAuxiliaryHead(), _WithHelpInTraining()
    refiner = make_refiner(generator, discriminator=discriminator, from_logits=True)
    states = []
    refiner.fit(
        tags,
        0.5,
        epochs=2,
        on_epoch_end=lambda _: states.append(
            generator.head.get_weights() + discriminator.help.get_weights()
        ),
    )
    assert all(np.any(a != b) for a, b in zip(*states, strict=True))


def test_their_creation_leaves_all_else_as_it_was(
    make_refiner, tags, values, assert_identical
):
    generator, discriminator = _WithAuxiliaryHead(), _WithHelpInTraining()
    generator(tags[0])
    before = generator.get_weights()
    refiner = make_refiner(generator, discriminator=discriminator, from_logits=True)
    refiner.assemble(Examples(*tags))
    # The averages of batch normalization, among others.
    assert_identical(generator.get_weights()[: len(before)], before)
    built = values(refiner.trainer.variables)
    refiner.trainer.reset()
    assert_identical(values(refiner.trainer.variables), built)
    assert len(generator.head.variables) == len(discriminator.help.variables) == 2


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
    # Only frozen: in training its small gradients would become zero.
    refiner = make_refiner(model, frozen=policy == "mixed_float16")
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
