import numpy as np
import pytest

from experiments.runs.context import RunContext
from experiments.runs.controls import (
    LONG_TRAJECTORY,
    Controls,
    long_trajectory,
    spread_rows,
)
from experiments.runs.stages import Stages
from experiments.tasks.splits import Split
from experiments.tasks.task import get_task
from ldrsp_tf.controls import control_outputs
from ldrsp_tf.data.examples import Examples
from ldrsp_tf.metrics import mean_f1
from ldrsp_tf.refinement import Refinement
from tests.eager import eagerly

_TASK = get_task("synthetic_tags")


def _run(method, folder, few_tags, progress, **given):
    """Controls and refiner of a short run."""
    config = _TASK.configure(
        method,
        {
            **{"first_method": "baseline", "first_epochs": 1, "epochs": 1},
            **{"hidden": (4,), "batch_size": 8, "inference_steps": 1},
            **{"step_size": 0.5, "refinement_steps": 2},
            **given,
        },
    )
    split = Split(few_tags.take(np.arange(16)), few_tags, few_tags, few_tags)
    run = RunContext(_TASK, config, {}, folder, progress)
    with eagerly(), Stages(run, few_tags) as stages:
        chosen = stages.select(split.training, split.validation)
        controls = Controls(run, stages, split)
        controls.train()
    stages.refiner.choose(chosen["validation"])
    return controls.measure(lambda y: {"mean": float(y.mean())}), stages


@pytest.mark.slow
def test_a_cross_fitted_run_has_every_control(few_tags, progress, tmp_path):
    measured, stages = _run(
        *("ldrsp_cross", tmp_path, few_tags, progress),
        **{"folds": 2, "discriminator_learning_rate": 0.1},
    )
    controls = measured["controls"]
    before = ["own_pretrained", "average_pretrained"]
    assert list(controls) == ["own", "average", "ensemble", *before]
    for metrics in controls.values():
        assert metrics.keys() == {"f1", "f1_tuned", "f1_plugin", "mean"}
    refiner = stages.refiner
    for names in (["own", "average"], before):
        outputs = control_outputs(refiner, few_tags.x)
        for name, y in zip(names, outputs.values(), strict=True):
            assert controls[name]["f1"] == pytest.approx(mean_f1(y > 0.5, few_tags.y))
            # A metric of the task's own is of the relaxed outputs.
            assert controls[name]["mean"] == pytest.approx(y.mean())
        refiner.trainer.discriminator.set_weights(stages.pretrained)
    trained = {record["phase"] for record in stages.history.records}
    assert {"ensemble/1", "ensemble/2"} <= trained


@pytest.mark.slow
def test_refitted_generators_need_no_ensemble_beside_them(few_tags, progress, tmp_path):
    measured, stages = _run(
        *("ldrsp_cross", tmp_path, few_tags, progress),
        **{"folds": 2, "refit": True, "pretraining_epochs": 0},
    )
    assert list(measured["controls"]) == ["own", "average"]
    assert not any("ensemble" in r["phase"] for r in stages.history.records)


def test_a_discriminator_that_cannot_predict_leaves_the_trajectory(
    few_tags, progress, tmp_path
):
    measured, stages = _run("ldrsp", tmp_path, few_tags, progress, controls=True)
    assert measured["controls"] == {}
    trajectory = measured["walk"]
    assert trajectory["steps"] == list(LONG_TRAJECTORY)
    assert all(
        len(trajectory[name]) == len(LONG_TRAJECTORY)
        for name in ("metric", "score", "oracle")
    )
    refiner = stages.refiner
    for place, steps in enumerate(LONG_TRAJECTORY[:4]):
        prediction = refiner.predict(
            few_tags.x, refinement=Refinement(0.5, steps, True)
        )
        f1 = mean_f1(prediction.refined > 0.5, few_tags.y)
        assert trajectory["metric"][place] == pytest.approx(f1)
        assert trajectory["score"][place] == pytest.approx(
            prediction.scores.mean(), abs=1e-5
        )


@pytest.mark.slow
def test_a_run_that_asks_for_none_has_none(few_tags, progress, tmp_path):
    measured, stages = _run(
        "ldrsp_cross", tmp_path, few_tags, progress, folds=2, controls=False
    )
    assert measured == {}
    assert not any("ensemble" in r["phase"] for r in stages.history.records)


def test_a_method_without_a_discriminator_has_no_trajectory(
    few_tags, progress, tmp_path
):
    measured, _ = _run("baseline", tmp_path, few_tags, progress, controls=True)
    assert measured == {"controls": {}}


def test_a_trajectory_of_masks_has_a_score_an_image():
    from ldrsp_tf.models.segmentation import PatchDiscriminator, SegmentationNetwork
    from ldrsp_tf.refiner.refiner import Refiner
    from ldrsp_tf.spaces.class_maps import ClassMapSpace

    rng = np.random.default_rng(0)
    x = rng.normal(size=(3, 8, 8, 3)).astype(np.float32)
    y = np.eye(2, dtype=np.float32)[rng.integers(0, 2, (3, 8, 8))]
    refiner = Refiner(
        SegmentationNetwork(2, width=2),
        ClassMapSpace(),
        frozen=True,
        discriminator=PatchDiscriminator("fcn", width=2, head="bilinear"),
    )
    refiner.assemble(Examples(x, y))
    refiner.refinement = Refinement(2.0, 1)
    trajectory = long_trajectory(
        refiner, refiner.refinement, refiner.predictor, Examples(x, y)
    )
    assert len(trajectory["score"]) == len(LONG_TRAJECTORY)
    first = refiner.predict(x, refinement=Refinement(2.0, 0))
    assert trajectory["score"][0] == pytest.approx(first.scores.mean(), abs=1e-5)


def test_a_bounded_number_of_rows_is_spread_over_all():
    rows = np.arange(10)[:, None]
    assert spread_rows(Examples(rows, rows), 4).x[:, 0].tolist() == [0, 2, 5, 7]
    assert spread_rows(Examples(rows, rows), 256).x[:, 0].tolist() == list(range(10))
