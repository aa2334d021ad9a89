import json

import numpy as np
import pytest
import tensorflow as tf

from experiments.runs import evaluation
from experiments.runs.context import RunContext
from experiments.runs.finished import FinishedRun, load_run
from experiments.runs.pipeline import batch_shapes
from experiments.runs.stages import Stages
from experiments.tasks.task import get_task
from ldrsp_tf.errors import TrainingError, UsageError
from tests.eager import eagerly

pytestmark = pytest.mark.slow

_TASK = get_task("synthetic_tags")


_METHODS = ("ldrsp", "dvn", "baseline", "ldrsp_cross", "auto")


@pytest.fixture(scope="module", params=_METHODS)
def finished(request, few_tags, make_progress, tmp_path_factory):
    """Runs: both networks, no G, no D, folds, and a decision with late refits."""
    folder = tmp_path_factory.mktemp(request.param)
    given = {"epochs": 1, "hidden": (4,), "batch_size": 8, "inference_steps": 1}
    given.update(step_size=0.5, refinement_steps=2)
    if request.param == "ldrsp_cross":
        given.update(folds=2, first_method="baseline", first_epochs=1)
    if request.param == "auto":
        given.update(folds=2, first_updates=(6, 6), pretraining_updates=(3, 3))
        given.update(updates=(3, 3), first_validations=1)
    config = _TASK.configure(request.param, given)
    context = RunContext(_TASK, config, {}, folder, make_progress())
    with eagerly(), Stages(context, few_tags) as stages:
        chosen = stages.select(few_tags, few_tags)
        stages.retrain(few_tags, few_tags, chosen)
    result = evaluation.evaluate_test(stages.refiner, chosen, few_tags, lambda y: {})
    retrained = stages.history.phase("retraining")[-1]["epoch"]
    result["selected"]["retraining_epochs"] = retrained
    result["batch_shapes"] = batch_shapes(config, few_tags)
    return FinishedRun(_TASK, config, json.loads(json.dumps(result)), folder)


@pytest.fixture(scope="module")
def refiner(finished):
    """Loads a run's refiner, which its tests do not change."""
    return finished.refiner()


def test_its_refiner_repeats_the_test(finished, refiner, few_tags):
    assert refiner.refinement == finished.refinement
    assert refiner.evaluate(few_tags) == finished.result["test"]


def test_its_refiner_decides_as_its_test_did(finished, refiner):
    if finished.config.method != "auto":
        assert refiner.decision is None
        return
    found = finished.result["selected"]["decision"]
    assert refiner.decision.sentence == found["sentence"]
    assert (refiner.decision.output, refiner.decision.metric) == (
        *(found["output"], found["metric"]),
    )
    # G predicts by generators that have seen all rows, once the choices are made.
    generator = refiner.generator
    first, refitted = generator.members[0], generator.refitted[0]
    assert np.any(first.get_weights()[0] != refitted.get_weights()[0])


def test_its_refiner_is_exported(finished, refiner, few_tags, tmp_path):
    refiner.export(tmp_path)
    serve = tf.saved_model.load(tmp_path).signatures["serving_default"]
    served = serve(x=tf.constant(few_tags.x, tf.float32))
    prediction = refiner.predict(few_tags.x)
    np.testing.assert_allclose(served["generated"], prediction.generated, atol=1e-6)
    assert ("refined" in served) == (finished.refinement is not None)
    if finished.refinement is not None:
        np.testing.assert_allclose(served["refined"], prediction.refined, atol=1e-6)
    if finished.decision is not None:
        np.testing.assert_array_equal(served["decided"], prediction.decided)
    outputs = finished.signature()["outputs"]
    assert outputs.keys() == served.keys()


@pytest.mark.parametrize(
    ("part", "sentence"),
    [
        ({"batch_shapes": {"x": [8, 5, 2], "y": [8, 3]}}, "batch_shapes"),
        ({"batch_shapes": {"x": [8, 5], "y": [8, 3, 1, 1]}}, "batch_shapes"),
        (
            {"batch_shapes": {"x": [9, 5], "y": [9, 3]}},
            "of more rows than --batch_size",
        ),
        ({"batch_shapes": {"x": [8, 5], "y": [8, 4]}}, "checkpoint"),
        ({"selected": {"epochs": 7}}, "no checkpoint of its networks, of epoch"),
    ],
)
def test_a_result_that_a_hand_has_changed_is_refused(finished, part, sentence):
    selected = {**finished.result["selected"], "retraining_epochs": 7}
    result = {**finished.result, **part, "command": "python -m experiments.run"}
    if "selected" in part:
        result["selected"] = selected
    with pytest.raises((UsageError, TrainingError), match=sentence) as error:
        finished._replace(result=result).refiner()
    assert "\n" not in str(error.value)


def _write(folder, finished, **parts):
    config = finished.config.as_dict()
    run = {"task": "synthetic_tags", "method": finished.config.method, "seed": 0}
    run |= {"complete": True, "config": config, "command": "python"}
    (folder / "result.json").write_text(json.dumps({**run, **finished.result, **parts}))


@pytest.mark.parametrize(
    ("parts", "sentence"),
    [
        (
            {"config": {"hidden": "many"}},
            "result.json has settings that no run has: .*",
        ),
        ({"config": {"epochs": -1}}, "result.json has settings .*epochs is -1"),
        ({"method": "cats"}, "result.json has settings .*no method 'cats'"),
        ({"task": "cats"}, "result.json has settings .*no task 'cats'"),
        ({"selected": {"epochs": 1, "calibration": {}}}, "selected.calibration lacks"),
        ({"selected": {"epochs": "1"}}, "selected.epochs is '1', not a whole"),
        ({"batch_shapes": [8, 5]}, r"batch_shapes is \[8, 5\], not an object"),
    ],
)
def test_its_file_is_checked_before_anything_is_built(
    finished, parts, sentence, tmp_path
):
    _write(tmp_path, finished)
    assert load_run(tmp_path).result["test"] == finished.result["test"]
    _write(tmp_path, finished, **parts)
    with pytest.raises(UsageError, match=sentence):
        load_run(tmp_path)


def test_a_decision_that_is_lost_is_noticed_before_anything_is_built(
    finished, tmp_path
):
    selected = {**finished.result["selected"]}
    if selected.pop("decision", None) is None:
        return
    _write(tmp_path, finished, selected=selected)
    with pytest.raises(UsageError, match=r"selected\.decision is missing"):
        load_run(tmp_path)


def test_its_networks_are_those_that_the_method_has(finished, refiner):
    missing = {"dvn": {"generator"}, "baseline": {"discriminator"}}
    expected = {"generator", "discriminator"} - missing.get(
        finished.config.method, set()
    )
    assert refiner.networks.keys() == expected


def test_a_folder_without_a_run_is_refused_by_either_kind_of_name(tmp_path):
    for folder in (tmp_path, str(tmp_path)):
        with pytest.raises(UsageError, match=f"{tmp_path} holds no finished run"):
            load_run(folder)
