import dataclasses

import numpy as np
import pytest
import tensorflow as tf

from ldrsp_tf import losses, methods, sampling
from ldrsp_tf.errors import UsageError
from ldrsp_tf.losses.ldrsp import ScoredOutputs
from ldrsp_tf.sampling.replay import ReplayChains
from ldrsp_tf.settings import TrainingSettings
from ldrsp_tf.spaces.tags import TagSpace


def _judged(logits, values):
    return ScoredOutputs(tf.constant(logits), tf.constant(values))


_REAL = _judged([1.0, -0.5], [1.0, 1.0])
_GENERATED = _judged([0.25, 3.0], [0.4, 0.7])
_SAMPLES = _judged([-2.0, 0.5], [0.9, 0.1])


@pytest.mark.parametrize("name", methods.METHODS)
def test_a_method_is_found_by_its_name(name):
    method = methods.get_method(name)
    assert method.name == name
    assert method.title


def test_an_unknown_method_is_refused_with_the_names_of_the_known_ones():
    with pytest.raises(UsageError) as error:
        methods.get_method("ldrps")
    assert "'ldrps'" in str(error.value)
    for name in methods.METHODS:
        assert name in str(error.value)


@pytest.mark.parametrize("method", methods.METHODS.values(), ids=lambda m: m.name)
def test_what_a_method_needs_of_a_discriminator_fits_together(method):
    assert method.has_discriminator == (method.discriminator_loss is not None)
    assert method.discriminator_updates >= 1
    if not method.has_discriminator:
        assert method.generator_loss is None
        assert not method.sources


def test_the_baseline_has_no_discriminator():
    assert not methods.get_method("baseline").has_discriminator


def test_ldrsp_is_the_paper_to_the_letter():
    method = methods.get_method("ldrsp")
    # Eq. 10 with squared errors, Eq. 6.
    squared = sum(
        0.5 * np.mean((1.0 / (1.0 + np.exp(-j.logits)) - j.values) ** 2)
        for j in (_REAL, _GENERATED, _SAMPLES)
    )
    np.testing.assert_allclose(
        method.discriminator_loss(_REAL, _GENERATED, _SAMPLES), squared, rtol=1e-5
    )
    assert method.generator_loss is losses.ldrsp_generator_loss
    assert method.value_loss is losses.squared_value_loss
    # Inference or adversarial samples at random, one update of each network.
    assert dict((source, share) for share, source in method.sources) == {
        sampling.InferenceSource: 0.5,
        sampling.AdversarialSource: 0.5,
    }
    assert method.discriminator_updates == 1
    # The relaxed oracle of Eq. 3-4.
    relaxed, y_true = tf.constant([[0.4, 0.4]]), tf.constant([[1.0, 0.0]])
    # 2 * 0.4 / (0.8 + 1)
    oracle = TagSpace().oracle_of(method, TrainingSettings())
    np.testing.assert_allclose(oracle(relaxed, y_true), [0.8 / 1.8])


def test_ldrsp_plus_differs_from_ldrsp_in_documented_fields_only():
    plus = methods.get_method("ldrsp_plus")
    ldrsp = methods.get_method("ldrsp")
    differing = {
        field.name
        for field in dataclasses.fields(methods.Method)
        if getattr(plus, field.name) != getattr(ldrsp, field.name)
    }
    assert differing == {
        "name",
        "title",
        "value_loss",
        "discriminator_loss",
        "binarised_oracle",
        "sources",
    }


def test_ldrsp_plus_regresses_the_decided_value_by_cross_entropy():
    plus = methods.get_method("ldrsp_plus")
    cross_entropy = sum(
        losses.cross_entropy_value_loss(j) for j in (_REAL, _GENERATED, _SAMPLES)
    )
    np.testing.assert_allclose(
        plus.discriminator_loss(_REAL, _GENERATED, _SAMPLES), cross_entropy, rtol=1e-6
    )
    assert plus.value_loss is losses.cross_entropy_value_loss
    y, y_true = tf.constant([[0.6, 0.4]]), tf.constant([[1.0, 0.0]])
    oracle = TagSpace().oracle_of(plus, TrainingSettings())
    np.testing.assert_array_equal(oracle(y, y_true), [1.0])


def test_ldrsp_plus_has_the_papers_sources_and_chains_that_a_task_may_give_a_share():
    plus, ldrsp = methods.get_method("ldrsp_plus"), methods.get_method("ldrsp")
    assert plus.sources == (*ldrsp.sources, (0.0, ReplayChains))


def test_a_method_cannot_be_changed_in_place():
    with pytest.raises(dataclasses.FrozenInstanceError):
        methods.get_method("ldrsp").discriminator_updates = 2


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("gan", 0.75),  # the sigmoid of log 3
        ("wgan_gp", np.log(3.0)),  # the critic's value itself
        ("ebgan", np.log(0.75)),  # minus the energy
        ("spen", np.log(3.0)),
        ("ldrsp", 0.75),
    ],
)
def test_what_a_refinement_ascends_rises_with_the_logit(name, expected):
    score = methods.get_method(name).score(tf.math.log(3.0))
    np.testing.assert_allclose(score, expected, rtol=1e-6)


def test_only_methods_that_ask_the_oracle_estimate_its_value():
    estimating = {m.name for m in methods.METHODS.values() if m.estimates_value}
    assert estimating == {"ldrsp", "ldrsp_plus", "auto", "dvn"}
    assert {m.name for m in methods.METHODS.values() if not m.has_generator} == {
        "dvn",
        "spen",
    }


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("ldrsp_cross", "CrossFitted"),
        ("dvn_unet", "PatchDiscriminator"),
        ("logistic_regression", "one linear layer"),
        ("nn_baseline", "deeper network"),
    ],
)
def test_a_recipe_is_no_method_and_the_sentence_says_how(name, words):
    with pytest.raises(UsageError, match=f"{name}.*method=.*{words}"):
        methods.get_method(name)


def test_the_margin_is_that_of_ebgan():
    ebgan = methods.get_method("ebgan")
    # Energies log 2 of both: log 2 + max(0, m - log 2).
    zero = ScoredOutputs(tf.zeros(1), tf.zeros(1))
    for margin, expected in ((0.5, np.log(2.0)), (3.0, 3.0), (None, 1.0)):
        loss = ebgan.discriminator_loss_of(None, margin)(zero, zero)
        np.testing.assert_allclose(loss, expected, rtol=1e-6)
    with pytest.raises(UsageError, match=r"margin is of ebgan, and .* 'gan'"):
        methods.get_method("gan").discriminator_loss_of(None, 0.5)


def test_the_weight_of_the_truth_is_that_of_the_ldrsp_methods():
    plus = methods.get_method("ldrsp_plus")
    without = plus.discriminator_loss_of(0.0)(_REAL, _GENERATED)
    np.testing.assert_allclose(
        without, losses.cross_entropy_value_loss(_GENERATED), rtol=1e-6
    )
    assert plus.discriminator_loss_of(None) is plus.discriminator_loss
    with pytest.raises(UsageError, match="'gan' is none"):
        methods.get_method("gan").discriminator_loss_of(0.5)
