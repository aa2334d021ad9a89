import json

import keras
import pytest
import tensorflow as tf

from ldrsp_tf.data.examples import Examples
from ldrsp_tf.models import MLP, EnergyNetwork
from ldrsp_tf.models.ensembles import MeanDiscriminator
from ldrsp_tf.refiner.identity import training_identity
from ldrsp_tf.training.fingerprint import FILE, require_same_training

_LABELS = 5


def _agreement(y, y_true):
    return 1.0 - tf.reduce_mean(tf.abs(y - y_true), -1)


def _disagreement(y, y_true):
    return tf.reduce_mean(tf.abs(y - y_true), -1)


def _scaled(factor):
    return lambda x, y, seed: (factor * x, y)


def _noisy(deviation):
    def augment(x, y, seed):
        return x + deviation * tf.random.stateless_normal(tf.shape(x), seed), y

    return augment


def _random(x, y, seed):
    return x + tf.random.normal(tf.shape(x)), y


def _mirrored_by_a_coin(x, y, seed):
    """Draws once for a whole batch, whatever the seed."""
    return (x[:, ::-1] if tf.random.uniform(()) < 0.5 else x), y


@pytest.fixture
def claim(make_refiner, tags, tmp_path):
    """Takes a folder for the training of a refiner, and returns its identity."""

    def claim_for(generator=None, hidden=(4,), unknown=(), **arguments):
        discriminator = arguments.pop("discriminator", EnergyNetwork(_LABELS, hidden))
        discriminator(tags)
        setup = make_refiner(generator, **arguments)._setup
        setup.generator(tags[0])
        examples = Examples(*tags)
        identity = training_identity(setup, discriminator, examples, examples, None)
        for name in unknown:
            del identity[name]
        require_same_training(tmp_path, identity)

    return claim_for


def _generator(activation="relu", rate=0.5):
    layers = [keras.layers.Dense(4, activation), keras.layers.Dropout(rate)]
    return keras.Sequential([*layers, keras.layers.Dense(_LABELS)])


@pytest.mark.parametrize(
    ("one", "other", "match"),
    [
        ({"oracle": _agreement}, {"oracle": _disagreement}, "the oracle is another"),
        (
            {"augment": _scaled(0.5)},
            {"augment": _scaled(2.0)},
            "the augmentation is another",
        ),
        (
            {"augment": _noisy(0.5)},
            {"augment": _noisy(1.0)},
            "the augmentation is another",
        ),
        ({"augment": _random}, {"augment": _noisy(1.0)}, "the augmentation is another"),
        ({"augment": None}, {"augment": _noisy(1.0)}, "the augmentation is another"),
        ({"hidden": (4,)}, {"hidden": (3,)}, r"hidden is \[4\] there and \[3\] here"),
        (
            {},
            {"discriminator": MeanDiscriminator([EnergyNetwork(_LABELS, (4,))])},
            "discriminator is 'EnergyNetwork' there and 'MeanDiscriminator' here",
        ),
        (
            {"generator": _generator()},
            {"generator": _generator("tanh")},
            "the layers of the generator are others",
        ),
        (
            {"generator": _generator()},
            {"generator": _generator(rate=0.25)},
            "the layers of the generator are others",
        ),
        (
            {"generator": MLP(_LABELS, (4,))},
            {"generator": MLP(_LABELS, (3,))},
            r"shapes of G's weights is \[\[7, 4\].* there and \[\[7, 3\].* here",
        ),
    ],
)
def test_other_functions_and_discriminators_are_another_training(
    one, other, match, claim, refused
):
    claim(**one)
    with refused(f"{match}.*choose another folder"):
        claim(**other)
    claim(**one)


def test_functions_are_known_by_their_values(claim):
    for _ in range(2):
        claim(
            oracle=lambda y, y_true: _agreement(y, y_true),
            augment=_noisy(0.5),
            hidden=(4,),
        )


def test_one_draw_for_a_whole_batch_is_no_other_augmentation(claim):
    for _ in range(20):
        claim(augment=_mirrored_by_a_coin)


def test_what_an_older_version_did_not_keep_is_not_compared(claim):
    unknown = ("functions", "generator", "discriminator", "layers")
    claim(unknown=unknown, augment=_noisy(0.5))
    claim(_generator(), augment=_noisy(1.0), hidden=(3,))


def test_a_default_discriminator_that_an_older_version_did_not_describe(
    claim, tmp_path
):
    claim()
    written = json.loads((tmp_path / FILE).read_text())
    del written["layers"]
    written["discriminator"] = {"discriminator": "the default one"}
    (tmp_path / FILE).write_text(json.dumps(written))
    claim()


def test_a_default_discriminator_is_known_like_a_given_one(
    make_refiner, tags, tmp_path, eagerly
):
    def claim(discriminator):
        refiner = make_refiner(discriminator=discriminator)
        refiner.fit(tags, 0.5, epochs=1, folder=tmp_path)
        return refiner.discriminator

    default = claim(None)
    claim(type(default).from_config(default.get_config()))
