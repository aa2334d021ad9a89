import pytest
import tensorflow as tf

from ldrsp_tf.data.examples import Examples
from ldrsp_tf.models import EnergyNetwork
from ldrsp_tf.refiner.identity import training_identity
from ldrsp_tf.training.fingerprint import require_same_training

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


@pytest.fixture
def claim(make_refiner, tags, tmp_path):
    """Takes a folder for the training of a refiner, and returns its identity."""

    def claim_for(hidden=None, unknown=(), **arguments):
        if hidden is not None:
            arguments["discriminator"] = EnergyNetwork(_LABELS, hidden)
            arguments["discriminator"]((tags[0], tags[1]))
        setup = make_refiner(**arguments)._setup
        examples = Examples(*tags)
        identity = training_identity(setup, examples, examples, None)
        for name in unknown:
            del identity[name]
        require_same_training(tmp_path, identity)

    return claim_for


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
            {"hidden": (4,)},
            "discriminator is 'the default one' there and 'EnergyNetwork' here",
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


def test_what_an_older_version_did_not_keep_is_not_compared(claim):
    claim(unknown=("functions", "discriminator"), augment=_noisy(0.5))
    claim(augment=_noisy(1.0), hidden=(4,))
