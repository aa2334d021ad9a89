import dataclasses

import numpy as np
import pytest
import tensorflow as tf

from experiments.runs import evaluation
from ldrsp_tf.data.examples import Examples
from ldrsp_tf.models import MLP, EnergyNetwork
from ldrsp_tf.refiner.refiner import Refiner
from ldrsp_tf.spaces.tags import TagSpace

_ROWS, _FEATURES, _LABELS = 10, 4, 3


@pytest.fixture(scope="module")
def examples():
    rng = np.random.default_rng(0)
    return Examples(
        rng.normal(size=(_ROWS, _FEATURES)).astype(np.float32),
        (rng.uniform(size=(_ROWS, _LABELS)) < 0.5).astype(np.float32),
    )


@pytest.fixture(scope="module")
def refiners(examples):
    """Method -> an untrained refiner of tiny networks."""

    def make(method):
        discriminator = EnergyNetwork(_LABELS, (5,), interaction_units=2)
        refiner = Refiner(
            MLP(_LABELS, (5,)),
            TagSpace(),
            discriminator=None if method == "baseline" else discriminator,
            method=method,
            settings={"batch_size": 4},
        )
        refiner.assemble(examples)
        return refiner

    return {method: make(method) for method in ("ldrsp", "baseline", "auto")}


def _chosen(refinement):
    rows = ("generator", "refined") if refinement else ("generator",)
    decoder_params = {row: {"threshold": 0.5} for row in rows}
    validation = {
        "refinement": refinement,
        "calibration": decoder_params,
        "measured": {row: {"f1": 0.5} for row in rows},
    }
    return {"epoch": 3, "validation": validation}


_REFINEMENT = {"step_size": 0.5, "steps": 2, "normalized": True}


def test_further_metrics_stand_beside_those_of_the_space(refiners, examples):
    seen = []

    def further(y):
        seen.append(y)
        return {"mean": float(y.mean())}

    refiner = refiners["ldrsp"]
    result = evaluation.evaluate_test(
        refiner, _chosen(_REFINEMENT), examples, further=further
    )
    assert [y.shape for y in seen] == [(_ROWS, _LABELS)] * 2
    generated = refiner.trainer.generate(tf.constant(examples.x)).numpy()
    np.testing.assert_allclose(seen[0], generated, rtol=1e-6)
    assert not np.array_equal(*seen)
    for y, row in zip(seen, ("generator", "refined")):
        assert result["test"][row]["mean"] == float(y.mean())
        assert {"f1", "f1_tuned"} < result["test"][row].keys()
        assert "mean" not in result["validation"][row]


def test_further_metrics_of_a_method_without_refinement(refiners, examples):
    result = evaluation.evaluate_test(
        refiners["baseline"],
        _chosen(None),
        examples,
        further=lambda y: {"rows": len(y)},
    )
    assert result["test"].keys() == {"generator"}
    assert result["test"]["generator"]["rows"] == _ROWS
    assert "score" not in result


@pytest.mark.parametrize(
    ("output", "decoder"), [("generator", "tuned"), ("refined", "plain")]
)
def test_further_metrics_of_decided_outputs_are_those_of_the_outputs_taken(
    refiners, examples, output, decoder
):
    chosen = _chosen(_REFINEMENT)
    taken = {"output": output, "decoder": decoder, "metric": 0.5, "metric_name": "f1"}
    chosen["validation"]["decision"] = {**taken, "compared": []}
    result = evaluation.evaluate_test(
        refiners["auto"], chosen, examples, further=lambda y: {"mean": float(y.mean())}
    )
    test = result["test"]
    assert test["decided"]["mean"] == test[output]["mean"]
    assert test["generator"]["mean"] != test["refined"]["mean"]
    assert "f1" in test["decided"]


class _Bounded:
    """Predicts as a trainer does, but not more than three rows at once."""

    predict_batch_size = 3

    def __init__(self, trainer):
        self.space = trainer.space
        self.generate, self.walk = trainer.generate, trainer.walk


def test_scores_are_reported_in_chunks_of_the_predictors_size(
    refiners, examples, monkeypatch
):
    refiner, rows = refiners["ldrsp"], []
    trainer = refiner.trainer
    oracle = trainer.oracle
    monkeypatch.setattr(
        trainer, "oracle", lambda y, truth: rows.append(len(y)) or oracle(y, truth)
    )
    reports = []
    for predictor in (trainer, _Bounded(trainer)):
        parts = dataclasses.replace(refiner.parts, predictor=predictor)
        monkeypatch.setattr(refiner, "_parts", parts)
        result = evaluation.evaluate_test(
            refiner, _chosen(_REFINEMENT), examples, further=lambda y: {}
        )
        reports.append(result["score"])
    assert rows == [10, 3, 3, 3, 1]
    for name, value in reports[0].items():
        assert reports[1][name] == pytest.approx(value, rel=1e-4)
