import dataclasses
import json
from typing import NamedTuple

import numpy as np
import pytest
import tensorflow as tf

from ldrsp_tf.data.examples import Examples
from ldrsp_tf.errors import DivergenceError
from ldrsp_tf.evaluation.diagnostics import score_report
from ldrsp_tf.evaluation.held_out import held_out_refined, held_out_values
from ldrsp_tf.evaluation.validation import (
    measure,
    outputs_of,
    selection_metric,
    try_validation,
    validate,
)
from ldrsp_tf.methods import Method, get_method
from ldrsp_tf.prediction.grid_search import select_refinement
from ldrsp_tf.prediction.predictor import predict
from ldrsp_tf.settings import RefinementGrid
from ldrsp_tf.spaces.base import OutputSpace
from ldrsp_tf.spaces.class_maps import ClassMapSpace


class _Networks(NamedTuple):
    """All that a selection needs to know of networks."""

    method: Method
    space: OutputSpace


_GRID = RefinementGrid((0.25, 1.0), (1, 4))


@pytest.fixture(scope="module")
def examples(tags):
    return Examples(*tags)


@pytest.fixture(scope="module")
def trainers(make_trainer):
    return {name: make_trainer(name) for name in ("ldrsp", "baseline", "dvn")}


@pytest.fixture(scope="module")
def validations(trainers, examples):
    return {
        name: validate(trainer, trainer, _GRID, examples)
        for name, trainer in trainers.items()
    }


@pytest.mark.parametrize("name", ["ldrsp", "dvn"])
def test_the_refinement_is_the_selected_one(name, trainers, validations, examples):
    x = tf.constant(examples.x)
    selected = select_refinement(trainers[name], x, examples.y, _GRID).refinement
    assert validations[name]["refinement"] == dataclasses.asdict(selected)


@pytest.mark.parametrize("name", ["ldrsp", "dvn"])
def test_metric_and_score_are_of_the_refined_outputs(
    name, trainers, validations, examples
):
    trainer, validation = trainers[name], validations[name]
    x = tf.constant(examples.x)
    selected = select_refinement(trainer, x, examples.y, _GRID).refinement
    prediction = predict(trainer, x, selected)
    space = trainer.space
    decoder_params = space.tune_decoder(prediction.refined, examples.y)
    measured = space.measure(prediction.refined, examples.y, decoder_params, False)
    assert validation["calibration"]["refined"] == decoder_params
    assert validation["measured"]["refined"] == measured
    assert validation["metric"] == space.selection_metric(measured)
    assert validation["score"] == score_report(trainer, x, examples.y, prediction)


@pytest.mark.parametrize("name", ["gan", "lsgan", "wgan_gp", "ebgan"])
def test_adversarial_methods_are_selected_by_the_mean_of_both_outputs(name):
    networks = _Networks(get_method(name), ClassMapSpace())
    measured = {"generator": {"mean_iou": 0.1}, "refined": {"mean_iou": 0.7}}
    assert selection_metric(networks, measured) == pytest.approx(0.4)
    # A collapsed generator does not win by its decoder.
    better = {"generator": {"mean_iou": 0.5}, "refined": {"mean_iou": 0.6}}
    assert selection_metric(networks, better) > selection_metric(networks, measured)


@pytest.mark.parametrize("name", ["ldrsp", "ldrsp_plus"])
def test_methods_whose_score_is_of_values_are_selected_by_the_refined_outputs(name):
    networks = _Networks(get_method(name), ClassMapSpace())
    measured = {"generator": {"mean_iou": 0.1}, "refined": {"mean_iou": 0.7}}
    assert selection_metric(networks, measured) == 0.7


@pytest.mark.parametrize(
    ("name", "outputs"), [("baseline", "generator"), ("dvn", "refined")]
)
def test_methods_with_one_output_are_selected_by_it(name, outputs):
    networks = _Networks(get_method(name), ClassMapSpace())
    assert selection_metric(networks, {outputs: {"mean_iou": 0.3}}) == 0.3


def test_the_metric_of_a_validation_is_that_of_the_selection(make_trainer, examples):
    trainer = make_trainer("lsgan")
    validation = validate(trainer, trainer, _GRID, examples)
    rows = validation["measured"].values()
    expected = np.mean([trainer.space.selection_metric(row) for row in rows])
    assert len(rows) == 2
    assert validation["metric"] == pytest.approx(expected)


def test_without_a_discriminator_the_generator_is_judged(validations, trainers):
    validation = validations["baseline"]
    assert validation["refinement"] is None
    assert "score" not in validation
    assert validation["measured"].keys() == {"generator"}
    space = trainers["baseline"].space
    assert validation["metric"] == space.selection_metric(
        validation["measured"]["generator"]
    )


@pytest.mark.parametrize(
    ("name", "rows"),
    [
        ("ldrsp", ["generator", "refined"]),
        ("baseline", ["generator"]),
        ("dvn", ["refined"]),
    ],
)
def test_rows_are_what_the_method_makes(name, rows, trainers, validations, examples):
    prediction = predict(trainers[name], tf.constant(examples.x), None)
    if name != "baseline":
        prediction = prediction._replace(refined=prediction.generated + 1.0)
    made = outputs_of(trainers[name].method, prediction)
    assert list(made) == rows
    for row, y in made.items():
        expected = getattr(prediction, {"generator": "generated"}.get(row, row))
        np.testing.assert_array_equal(y, expected)
    assert list(validations[name]["measured"]) == rows


def test_the_generators_row_alone_has_metrics_of_probabilities(validations):
    measured = validations["ldrsp"]["measured"]
    assert measured["generator"].keys() - measured["refined"].keys() == {"f1_plugin"}


def test_measures_with_the_calibration_of_each_row(trainers, examples):
    trainer = trainers["ldrsp"]
    y = np.linspace(0.0, 1.0, examples.y.size).reshape(examples.y.shape)
    prediction = predict(trainer, tf.constant(examples.x), None)
    prediction = prediction._replace(generated=y, refined=y)
    decoder_params = {"generator": {"threshold": 0.3}, "refined": {"threshold": 0.8}}
    measured = measure(trainer, prediction, examples, decoder_params)
    for row in decoder_params:
        expected = trainer.space.measure(
            y, examples.y, decoder_params[row], row == "generator"
        )
        assert measured[row] == expected
    assert measured["generator"]["f1_tuned"] != measured["refined"]["f1_tuned"]


def test_a_decision_is_about_walks_that_other_rows_have_chosen(make_trainer, examples):
    trainer = make_trainer("auto")
    # Walks up a score of noise differ, and so do the choices of the folds.
    rng = np.random.default_rng(0)
    for variable in trainer.discriminator.trainable_variables:
        variable.assign(rng.normal(size=variable.shape))
    grid = RefinementGrid((0.1, 0.5, 2.0), (1, 2, 3, 4))
    decision = validate(trainer, trainer, grid, examples)["decision"]
    x = tf.constant(examples.x)
    selected = select_refinement(trainer, x, examples.y, grid)
    refined = predict(trainer, x, selected.refinement).refined
    held_out = held_out_refined(trainer, x, selected, refined)
    assert np.any(held_out != refined)
    of_refined = next(c for c in decision["compared"] if c["output"] == "refined")
    values = held_out_values(trainer.space, held_out, examples.y, ["plain"])["plain"]
    assert of_refined["decoder"] == "plain"
    assert of_refined["metric"] == pytest.approx(values.mean())


def test_a_file_of_records_can_hold_it(validations):
    for validation in validations.values():
        assert json.loads(json.dumps(validation)) == validation


def test_numbers_of_numpy_in_the_grid_are_no_hindrance(trainers, examples):
    grid = RefinementGrid(tuple(np.float32([0.5])), tuple(np.arange(1, 3)))
    trainer = trainers["ldrsp"]
    json.dumps(validate(trainer, trainer, grid, examples))


def test_a_trial_before_the_training_changes_no_state(make_trainer, examples):
    # A resumed training makes it once more than an undisturbed one.
    trainer = make_trainer("ldrsp_plus", dropout=0.5)
    before = [variable.numpy() for variable in trainer.variables]
    try_validation(trainer, trainer, _GRID, examples)
    for variable, value in zip(trainer.variables, before, strict=True):
        np.testing.assert_array_equal(variable.numpy(), value, variable.path)


@pytest.mark.parametrize("name", ["generated", "refined"])
def test_outputs_that_are_nan_have_no_metric(name, trainers, validations, examples):
    trainer, params = trainers["ldrsp"], validations["ldrsp"]["calibration"]
    prediction = predict(trainer, tf.constant(examples.x), None)
    prediction = prediction._replace(refined=prediction.generated)
    measure(trainer, prediction, examples, params)
    y = prediction.generated.copy()
    y[3, 1] = np.nan
    with pytest.raises(DivergenceError, match="are NaN: training diverged"):
        measure(trainer, prediction._replace(**{name: y}), examples, params)


def test_a_network_that_the_last_update_has_ruined_is_not_validated(
    make_trainer, examples
):
    trainer = make_trainer("baseline")
    for variable in trainer.generator.variables:
        variable.assign(np.full(variable.shape, np.nan))
    with pytest.raises(DivergenceError, match=r"Outputs \(generator\) are NaN"):
        validate(trainer, trainer, _GRID, examples)
