"""Validation: measures a trained pair, and makes the choices that a test needs."""

import dataclasses
from collections.abc import Mapping
from typing import Any

import numpy as np
import tensorflow as tf

from ldrsp_tf.data.examples import Examples
from ldrsp_tf.evaluation.diagnostics import score_report
from ldrsp_tf.methods import Method
from ldrsp_tf.prediction.grid_search import select_refinement
from ldrsp_tf.prediction.predictor import Prediction, Predictor, predict
from ldrsp_tf.settings import RefinementGrid
from ldrsp_tf.training.trainer import Trainer

Validation = dict[str, Any]


def validate(
    trainer: Trainer, predictor: Predictor, grid: RefinementGrid, examples: Examples
) -> Validation:
    """Measures the trainer's present state with the best refinement for it.

    Args:
      trainer: In its present state.
      predictor: Predicts with it.
      grid: The candidates for step size and steps.
      examples: The validation rows.

    Returns:
      metric: The space's criterion of the refined output (of G's, without D).
      refinement, calibration: The choices made here.
      measured: Every metric, by row (generator, refined).
      score: D's mean score of the refined outputs and their mean oracle value.
    """
    x, refinement = tf.constant(examples.x), None
    if trainer.discriminator is not None:
        refinement = select_refinement(predictor, x, examples.y, grid).refinement
    prediction = predict(predictor, x, refinement)
    calibration = {
        row: trainer.space.calibrate(y, examples.y)
        for row, y in rows_of(trainer.method, prediction).items()
    }
    measured = measure(trainer, prediction, examples, calibration)
    judged = measured["generator" if refinement is None else "refined"]
    validation = {
        "metric": trainer.space.criterion(judged),
        "refinement": refinement and dataclasses.asdict(refinement),
        "calibration": calibration,
        "measured": measured,
    }
    if refinement is not None:
        validation["score"] = score_report(
            trainer, x, examples.y, prediction, predictor.rows_at_once
        )
    return validation


def measure(
    trainer: Trainer,
    prediction: Prediction,
    examples: Examples,
    calibration: Mapping[str, Mapping[str, Any]],
) -> dict[str, dict[str, float]]:
    """Every metric of a prediction, by row.

    Args:
      trainer: Of the prediction.
      prediction: For the examples' inputs.
      examples: Have the truth.
      calibration: Of `validate`, by row.
    """
    return {
        row: trainer.space.measure(
            y, examples.y, calibration[row], probabilities=row == "generator"
        )
        for row, y in rows_of(trainer.method, prediction).items()
    }


def rows_of(method: Method, prediction: Prediction) -> dict[str, np.ndarray]:
    """The two rows of a table, or the one of a method without D or without G."""
    rows = {}
    if method.generates:
        rows["generator"] = prediction.generated
    if prediction.refined is not None:
        rows["refined"] = prediction.refined
    return rows
