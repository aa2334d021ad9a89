import json

import numpy as np
import pytest
import tensorflow as tf

from experiments.runs import evaluation
from experiments.runs.context import RunContext
from experiments.runs.finished import FinishedRun
from experiments.runs.pipeline import batch_shapes
from experiments.runs.stages import Stages
from experiments.tasks.task import get_task

pytestmark = pytest.mark.slow

_TASK = get_task("synthetic_tags")


@pytest.fixture(scope="module", params=["ldrsp", "dvn", "baseline", "ldrsp_cross"])
def finished(request, few_tags, make_progress, tmp_path_factory):
    """Runs: both networks, no G, no D, and generators that are blind to a fold."""
    folder = tmp_path_factory.mktemp(request.param)
    given = {"epochs": 1, "hidden": (4,), "batch_size": 8, "inference_steps": 1}
    given.update(step_size=0.5, refinement_steps=2)
    if request.param == "ldrsp_cross":
        given.update(folds=2, first_method="baseline", first_epochs=1)
    config = _TASK.configure(request.param, given)
    with Stages(
        RunContext(_TASK, config, {}, folder, make_progress()), few_tags
    ) as stages:
        chosen = stages.select(few_tags, few_tags)
        stages.retrain(few_tags, few_tags, chosen)
    result = evaluation.evaluate_test(stages.refiner, chosen, few_tags, lambda y: {})
    retrained = stages.history.phase("retraining")[-1]["epoch"]
    result["selected"]["retraining_epochs"] = retrained
    result["batch_shapes"] = batch_shapes(config, few_tags)
    return FinishedRun(_TASK, config, json.loads(json.dumps(result)), folder)


def test_its_refiner_repeats_the_test(finished, few_tags):
    refiner = finished.refiner()
    assert refiner.refinement == finished.refinement
    assert refiner.evaluate(few_tags) == finished.result["test"]


def test_its_refiner_is_exported(finished, few_tags, tmp_path):
    refiner = finished.refiner()
    refiner.export(tmp_path)
    serve = tf.saved_model.load(tmp_path).signatures["serving_default"]
    served = serve(x=tf.constant(few_tags.x, tf.float32))
    prediction = refiner.predict(few_tags.x)
    np.testing.assert_allclose(served["generated"], prediction.generated, atol=1e-6)
    assert ("refined" in served) == (finished.refinement is not None)
    if finished.refinement is not None:
        np.testing.assert_allclose(served["refined"], prediction.refined, atol=1e-6)


def test_its_networks_are_those_that_the_method_has(finished):
    missing = {"dvn": {"generator"}, "baseline": {"discriminator"}}
    expected = {"generator", "discriminator"} - missing.get(
        finished.config.method, set()
    )
    assert finished.refiner().networks.keys() == expected
