import json

import numpy as np
import pytest
import tensorflow as tf

from experiments import measuring
from experiments.experiment import batch_shapes
from experiments.finished import FinishedRun
from experiments.phases import Phases
from experiments.tasks import Examples, get_task

_TASK = get_task("synthetic_tags")


class _Silent:
    def phase(self, name, epochs):
        pass

    def progress(self, record):
        pass


@pytest.fixture(scope="module")
def examples():
    x = np.random.default_rng(0).integers(0, 2, (24, 5)).astype(np.uint8)
    return Examples(x, x[:, :3] ^ x[:, 2:])


@pytest.fixture(scope="module", params=["ldrsp", "dvn", "baseline"])
def finished(request, examples, tmp_path_factory):
    """A run of a method with both networks, of one without G and of one without D."""
    folder = tmp_path_factory.mktemp(request.param)
    given = {"epochs": 1, "hidden": (4,), "batch_size": 8, "inference_steps": 1}
    given.update(step_size=0.5, refinement_steps=2)
    config = _TASK.configure(request.param, given)
    with Phases(_TASK, config, {}, folder, examples, _Silent()) as phases:
        chosen = phases.select(examples, examples)
        phases.retrain(examples, examples, chosen)
    result = measuring.test(phases.refiner, chosen, examples, lambda y: {})
    retrained = phases.history.phase("retraining")[-1]["epoch"]
    result["selected"]["retraining_epochs"] = retrained
    result["batch_shapes"] = batch_shapes(config, examples)
    return FinishedRun(_TASK, config, json.loads(json.dumps(result)), folder)


def test_its_refiner_repeats_the_test(finished, examples):
    refiner = finished.refiner()
    assert refiner.refinement == finished.refinement
    assert refiner.evaluate(examples) == finished.result["test"]


def test_its_refiner_is_exported(finished, examples, tmp_path):
    refiner = finished.refiner()
    refiner.export(tmp_path)
    serve = tf.saved_model.load(tmp_path).signatures["serving_default"]
    served = serve(x=tf.constant(examples.x, tf.float32))
    prediction = refiner.predict(examples.x)
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
