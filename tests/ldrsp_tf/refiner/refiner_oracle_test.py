import keras
import numpy as np
import pytest
import tensorflow as tf

from ldrsp_tf.errors import NotFittedError
from ldrsp_tf.refiner.refiner import Refiner
from ldrsp_tf.settings import RefinementGrid
from ldrsp_tf.spaces.class_maps import ClassMapSpace


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


def test_an_oracle_in_numpy_trains(make_refiner, tags, few_samples):
    def few_tags(y, y_true):
        return np.float32(1.0) - np.mean(y, 1)

    refiner = make_refiner(
        oracle=lambda *outputs: tf.numpy_function(few_tags, outputs, tf.float32),
        settings=few_samples(batch_size=24),
    )
    history = refiner.fit(tags, tags, epochs=1)
    assert np.isfinite(history.records[0]["discriminator_loss"])


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
