"""A refiner that decides, saves and exports the output that validation has chosen."""

import numpy as np
import pytest
import tensorflow as tf

from ldrsp_tf.data.examples import Examples
from ldrsp_tf.errors import NotFittedError, UsageError
from ldrsp_tf.evaluation.decision import Decision
from ldrsp_tf.evaluation.validation import validate
from ldrsp_tf.metrics import plugin_decode
from ldrsp_tf.models import MLP
from ldrsp_tf.models.ratio_network import RatioNetwork
from ldrsp_tf.models.segmentation import SegmentationNetwork
from ldrsp_tf.prediction.crops import Crops
from ldrsp_tf.refinement import Refinement
from ldrsp_tf.refiner.refiner import Refiner
from ldrsp_tf.spaces.class_maps import ClassMapSpace
from ldrsp_tf.spaces.tags import TagSpace
from tests import eager


@pytest.fixture(scope="module")
def refiner(tags, few_samples):
    refiner = Refiner(
        MLP(5, (6,)),
        TagSpace(),
        settings=few_samples(),
        grid={"step_sizes": (0.5,), "steps": (1, 2)},
    )
    with eager.eagerly():
        refiner.fit(tags, validation=tags, epochs=1)
    return refiner


@pytest.fixture
def deciding(refiner):
    """Returns the refiner with another decision, and restores its own."""
    own = refiner.decision

    def decide(output, decoder):
        refiner.decision = Decision(output, decoder, "f1", 0.5, ())
        return refiner

    yield decide
    refiner.decision = own


def test_a_refiner_decides_unless_the_user_names_a_method(refiner):
    assert refiner.method.name == "auto"
    assert isinstance(refiner.discriminator, RatioNetwork)
    candidates = {(each.output, each.decoder) for each in refiner.decision.compared}
    assert candidates == {
        *((output, "plugin") for output in ("generator", "own", "average")),
        *((output, "tuned") for output in ("generator", "own", "average", "refined")),
        ("refined", "plain"),
    }


def test_a_frozen_model_that_is_preferred_has_the_d_of_the_best_epoch(
    tags, few_samples, eagerly, monkeypatch
):
    """Its outputs are equally good in every epoch; those of D are not."""
    refiner = Refiner(
        MLP(5, (6,)),
        TagSpace(),
        frozen=True,
        settings=few_samples(),
        grid={"step_sizes": (0.5,), "steps": (1,)},
    )
    weights = []

    def rise(*arguments):
        weights.append(refiner.discriminator.get_weights())
        second = [0.2, 0.4, 0.3][len(weights) - 1]
        return {**validate(*arguments), "metric": 0.5, "tie_breaker": second}

    monkeypatch.setattr("ldrsp_tf.refiner.refiner.validate", rise)
    history = refiner.fit(tags, validation=tags, epochs=9, patience=1)
    assert len(history.records) == 3
    for restored, of_epoch in zip(refiner.discriminator.get_weights(), weights[1]):
        np.testing.assert_array_equal(restored, of_epoch)


def test_the_tie_breaker_is_the_metric_of_refined_outputs(refiner, tags):
    validation = refiner.validate(Examples(*tags))
    metrics = validation["measured"]["refined"]
    assert validation["tie_breaker"] == refiner.space.selection_metric(metrics)
    assert validation["metric"] == validation["decision"]["metric"]


def test_predict_and_decide_give_the_same_outputs(refiner, tags):
    decided = refiner.decide(tags[0])
    assert set(np.unique(decided)) <= {0.0, 1.0}
    np.testing.assert_array_equal(refiner.predict(tags[0]).decided, decided)


@pytest.mark.parametrize("decoder", ["plain", "tuned"])
def test_another_refinement_of_a_call_changes_no_decision(decoder, deciding, tags):
    refiner = deciding("refined", decoder)
    decided = refiner.decide(tags[0])
    far = Refinement(step_size=9.0, steps=9)
    for changes in ({"steps": 0}, {"refinement": far}):
        prediction = refiner.predict(tags[0], **changes)
        assert (refiner.predict(tags[0]).refined != prediction.refined).any()
        np.testing.assert_array_equal(prediction.decided, decided)


def test_each_output_is_decided_by_its_decoder(refiner, deciding, tags):
    x = tags[0]
    prediction = refiner.predict(x)
    odds = refiner.decoder_params["generator"]["empty_odds"]
    np.testing.assert_array_equal(
        deciding("generator", "plugin").decide(x),
        plugin_decode(prediction.generated, odds),
    )
    threshold = refiner.decoder_params["refined"]["threshold"]
    np.testing.assert_array_equal(
        deciding("refined", "tuned").decide(x), prediction.refined > threshold
    )
    own = refiner.parts.unrefined["own"].generate(tf.constant(x)).numpy()
    threshold = refiner.decoder_params["average"]["threshold"]
    np.testing.assert_array_equal(
        deciding("average", "tuned").decide(x),
        0.5 * (own + prediction.generated) > threshold,
    )


def test_no_walk_is_made_for_outputs_that_need_none(deciding, tags, monkeypatch):
    def refuse(*arguments, **named):
        raise AssertionError("a walk")

    refiner = deciding("average", "plugin")
    monkeypatch.setattr(type(refiner.trainer), "walk", refuse)
    assert refiner.decide(tags[0]).shape == tags[1].shape


def test_evaluate_has_the_decided_outputs(refiner, tags):
    measured = refiner.evaluate(tags)
    assert list(measured["decided"]) == ["f1"]
    assert list(measured) == ["generator", "refined", "decided"]


@pytest.mark.parametrize(
    ("output", "decoder"),
    [("generator", "plugin"), ("average", "tuned"), ("refined", "plain")],
)
@pytest.mark.slow
def test_saved_and_exported_refiners_decide_alike(
    output, decoder, deciding, tags, tmp_path
):
    refiner = deciding(output, decoder)
    decided = refiner.decide(tags[0])
    refiner.save(tmp_path / "saved")
    loaded = Refiner.load(tmp_path / "saved")
    assert loaded.decision == refiner.decision
    np.testing.assert_array_equal(loaded.decide(tags[0]), decided)
    refiner.export(tmp_path / "exported")
    served = tf.saved_model.load(tmp_path / "exported").signatures["serving_default"]
    np.testing.assert_array_equal(served(x=tf.constant(tags[0]))["decided"], decided)


@pytest.mark.parametrize(
    ("output", "decoder"),
    [("mirrored", "tuned"), ("refined", "plugin"), ("generator", "largest")],
)
def test_a_decision_for_what_there_is_not_is_refused(output, decoder, deciding, tags):
    """Of a file that a hand has changed: G's output would have been delivered."""
    refiner = deciding(output, decoder)
    with pytest.raises(UsageError, match=f"'{output}' with the decoder '{decoder}'"):
        refiner.decide(tags[0])


def test_a_method_that_leaves_the_choice_to_the_user_decides_nothing(tags, few_samples):
    refiner = Refiner(
        MLP(5, (6,)), TagSpace(), method="ldrsp_plus", settings=few_samples()
    )
    with pytest.raises(NotFittedError):
        refiner.decide(tags[0])
    refiner.fit(tags, validation=tags, epochs=1)
    assert refiner.decision is None
    assert refiner.predict(tags[0]).decided is None
    with pytest.raises(UsageError, match='method="auto"'):
        refiner.decide(tags[0])


@pytest.mark.slow
def test_masks_are_decided_among_the_outputs_of_crops(maps, eagerly):
    refiner = Refiner(
        SegmentationNetwork(2, width=2),
        ClassMapSpace(),
        settings={"batch_size": 4, "source_shares": (0.0, 1.0, 0.0)},
        grid={"step_sizes": (8.0,), "steps": (1,)},
        crops=Crops(8, (0, 2)),
    )
    refiner.fit(maps, validation=maps, epochs=1)
    outputs = [each.output for each in refiner.decision.compared]
    assert outputs == ["generator", "mirrored", "own", "average", "refined"]
    decided = refiner.decide(maps[0])
    assert decided.shape == maps[1].shape
    np.testing.assert_array_equal(decided.sum(-1), 1.0)


class _PredictsOneTag(RatioNetwork):
    def predict_logits(self, features, y, training=False):
        return super().predict_logits(features, y, training)[:, :1]


def test_own_predictions_of_another_shape_are_refused(
    tags, few_samples, refused, eagerly
):
    # NumPy would take the one tag for each of the five, with an F1 of up to 5/3.
    refiner = Refiner(
        MLP(5, (6,)),
        TagSpace(),
        settings=few_samples(),
        discriminator=_PredictsOneTag(5, (4,)),
    )
    with refused(
        r"own prediction \(own\) have shape \(1,\) where those of G .* \(5,\)"
    ):
        refiner.fit(tags, epochs=1)
