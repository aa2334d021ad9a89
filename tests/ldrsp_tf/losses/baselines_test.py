import numpy as np
import pytest
import tensorflow as tf

from ldrsp_tf import losses
from ldrsp_tf.losses import baselines as baselines
from ldrsp_tf.losses.ldrsp import ScoredOutputs


def _logit(scores):
    scores = np.asarray(scores, np.float64)
    return np.log(scores / (1.0 - scores)).astype(np.float32)


def _judged(scores, values=(0.0, 0.0, 0.0, 0.0)):
    return ScoredOutputs(tf.constant(_logit(scores)), tf.constant(values, tf.float32))


_REAL = _judged([0.8, 0.5, 0.9, 0.6])
_GENERATED = _judged([0.2, 0.5, 0.1, 0.4])
# Their logits: log 4, 0, log 9, log 1.5, and the same below zero.
_MEAN_REAL = (np.log(4.0) + 0.0 + np.log(9.0) + np.log(1.5)) / 4.0

# By hand, from the scores above.
_BY_HAND = {
    # -mean log (0.8, 0.5, 0.9, 0.6) = 0.381616, twice by symmetry.
    "gan": 2 * -np.mean(np.log([0.8, 0.5, 0.9, 0.6])),
    # 1/2 mean (0.04, 0.25, 0.01, 0.16), twice by symmetry.
    "lsgan": 0.115,
    "wgan": -2 * _MEAN_REAL,
    # Energies -log D: of G(x) (1.609, 0.693, 2.303, 0.916); two are below the margin.
    "ebgan": -np.mean(np.log([0.8, 0.5, 0.9, 0.6]))
    + ((1.0 - np.log(2.0)) + (1.0 - np.log(2.5))) / 4.0,
}


@pytest.mark.parametrize("name", _BY_HAND)
def test_discriminator_losses_against_hand_computed_constants(name):
    loss = getattr(baselines, f"{name}_discriminator_loss")
    np.testing.assert_allclose(loss(_REAL, _GENERATED), _BY_HAND[name], rtol=1e-5)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("gan", -np.mean(np.log([0.2, 0.5, 0.1, 0.4]))),
        # 1/2 mean (0.64, 0.25, 0.81, 0.36)
        ("lsgan", 0.2575),
        ("wgan", _MEAN_REAL),
        ("ebgan", -np.mean(np.log([0.2, 0.5, 0.1, 0.4]))),
    ],
)
def test_generator_losses_against_hand_computed_constants(name, expected):
    loss = getattr(baselines, f"{name}_generator_loss")
    np.testing.assert_allclose(loss(_GENERATED.logits), expected, rtol=1e-5)


def _as_map(judged):
    return ScoredOutputs(*(tf.reshape(part, [1, 2, 2]) for part in judged))


@pytest.mark.parametrize("name", [*_BY_HAND, "dvn", "spen"])
def test_a_map_has_the_loss_of_the_same_numbers_as_a_vector(name):
    groups = (_REAL, _GENERATED, _judged([0.3, 0.7, 0.2, 0.9], [0.5, 0.25, 1.0, 0.0]))
    loss = getattr(baselines, f"{name}_discriminator_loss")
    np.testing.assert_allclose(loss(*map(_as_map, groups)), loss(*groups), rtol=1e-6)


def test_lsgans_loss_is_eq_5_with_oracle_values_of_0():
    real = ScoredOutputs(_REAL.logits, tf.ones(4))
    np.testing.assert_allclose(
        baselines.lsgan_discriminator_loss(real, _GENERATED),
        losses.ldrsp_discriminator_loss(real, _GENERATED),
        rtol=1e-6,
    )


def test_ebgan_leaves_energies_beyond_the_margin_alone():
    far = ScoredOutputs(tf.constant([-5.0, -9.0]), tf.zeros(2))
    with tf.GradientTape() as tape:
        tape.watch(far.logits)
        loss = baselines.ebgan_discriminator_loss(_REAL, far)
    np.testing.assert_array_equal(tape.gradient(loss, far.logits), [0.0, 0.0])
    np.testing.assert_array_equal(
        baselines.energy(tf.constant([0.0])), [np.log(2.0).astype(np.float32)]
    )


def test_dvn_learns_from_the_truth_and_its_samples():
    # D = 0.5 has the cross-entropy ln 2 against any value, D = 0.8 has -ln 0.8 to 1.
    real, samples = _judged([0.8], [1.0]), _judged([0.5], [0.25])
    loss = baselines.dvn_discriminator_loss(real, None, samples)
    np.testing.assert_allclose(loss, np.log(2.0) - np.log(0.8), rtol=1e-6)


def test_spens_margin_is_the_task_loss_of_the_sample():
    # Logits 2 against 3 and 1, task losses 1 - (0.75, 0.5): hinges
    # max(0, 0.25 + 2 - 3) = 0 and 0.5 + 2 - 1 = 1.5.
    real = ScoredOutputs(tf.constant([3.0, 1.0]), tf.ones(2))
    samples = ScoredOutputs(tf.constant([2.0, 2.0]), tf.constant([0.75, 0.5]))
    loss = baselines.spen_discriminator_loss(real, None, samples)
    np.testing.assert_allclose(loss, 0.75, rtol=1e-6)
