import numpy as np
import pytest
import tensorflow as tf

from experiments import measuring
from experiments.tasks import Examples
from ldrsp_tf.methods import get_method
from ldrsp_tf.models import MLP, EnergyNetwork
from ldrsp_tf.spaces import TagSpace
from ldrsp_tf.training import Trainer
from ldrsp_tf.training_settings import TrainingSettings

_ROWS, _FEATURES, _LABELS = 10, 4, 3


@pytest.fixture(scope="module")
def examples():
    rng = np.random.default_rng(0)
    return Examples(
        rng.normal(size=(_ROWS, _FEATURES)).astype(np.float32),
        (rng.uniform(size=(_ROWS, _LABELS)) < 0.5).astype(np.float32),
    )


@pytest.fixture(scope="module")
def trainers(examples):
    """Method -> an untrained trainer of tiny networks, which is its own predictor."""

    def make(method):
        trainer = Trainer(
            MLP(_LABELS, (5,)),
            EnergyNetwork(_LABELS, (5,), interaction_units=2),
            get_method(method),
            TagSpace(),
            TrainingSettings(batch_size=4),
        )
        trainer.build(tf.constant(examples.x), tf.constant(examples.y))
        return trainer

    return {method: make(method) for method in ("ldrsp", "baseline")}


def _chosen(refinement):
    rows = ("generator", "refined") if refinement else ("generator",)
    calibration = {row: {"threshold": 0.5} for row in rows}
    validation = {
        "refinement": refinement,
        "calibration": calibration,
        "measured": {row: {"f1": 0.5} for row in rows},
    }
    return {"epoch": 3, "validation": validation}


_REFINEMENT = {"step_size": 0.5, "steps": 2, "normalized": True}


def test_further_metrics_stand_beside_those_of_the_space(trainers, examples):
    seen = []

    def further(y):
        seen.append(y)
        return {"mean": float(y.mean())}

    trainer = trainers["ldrsp"]
    result = measuring.test(
        trainer, trainer, _chosen(_REFINEMENT), examples, further=further
    )
    assert [y.shape for y in seen] == [(_ROWS, _LABELS)] * 2
    generated = trainer.generate(tf.constant(examples.x)).numpy()
    np.testing.assert_allclose(seen[0], generated, rtol=1e-6)
    assert not np.array_equal(*seen)
    for y, row in zip(seen, ("generator", "refined")):
        assert result["test"][row]["mean"] == float(y.mean())
        assert {"f1", "f1_tuned"} < result["test"][row].keys()
        assert "mean" not in result["validation"][row]


def test_further_metrics_of_a_method_without_refinement(trainers, examples):
    trainer = trainers["baseline"]
    result = measuring.test(
        trainer, trainer, _chosen(None), examples, further=lambda y: {"rows": len(y)}
    )
    assert result["test"].keys() == {"generator"}
    assert result["test"]["generator"]["rows"] == _ROWS
    assert "score" not in result


class _Bounded:
    """Predicts as a trainer does, but not more than three rows at once."""

    rows_at_once = 3

    def __init__(self, trainer):
        self.space = trainer.space
        self.generate, self.walk = trainer.generate, trainer.walk


def test_scores_are_reported_in_chunks_of_the_predictors_size(
    trainers, examples, monkeypatch
):
    trainer, rows = trainers["ldrsp"], []
    oracle = trainer.oracle
    monkeypatch.setattr(
        trainer, "oracle", lambda y, truth: rows.append(len(y)) or oracle(y, truth)
    )
    reports = [
        measuring.test(
            trainer, predictor, _chosen(_REFINEMENT), examples, further=lambda y: {}
        )["score"]
        for predictor in (trainer, _Bounded(trainer))
    ]
    assert rows == [10, 3, 3, 3, 1]
    for name, value in reports[0].items():
        assert reports[1][name] == pytest.approx(value, rel=1e-4)
