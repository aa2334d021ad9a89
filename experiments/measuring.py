"""Validation, which makes choices, and the test, which is made once with them."""

import dataclasses
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import tensorflow as tf

from experiments.config import Config
from experiments.tasks import Examples
from ldrsp_tf.diagnostics import score_report
from ldrsp_tf.fitting import Validation
from ldrsp_tf.history import Record
from ldrsp_tf.prediction import Prediction, Predictor, Refinement, predict
from ldrsp_tf.selection import select_refinement
from ldrsp_tf.training import Trainer


def validate(
    trainer: Trainer, predictor: Predictor, config: Config, examples: Examples
) -> Validation:
    """Measures the trainer's present state with the best refinement for it.

    Args:
      trainer: In its present state.
      predictor: Predicts with it.
      config: Has the candidates for step size and steps.
      examples: The validation rows.

    Returns:
      metric: The space's criterion of the refined output (of G's, without D).
      refinement, calibration: The choices made here.
      measured: Every metric, by row (generator, refined).
      score: D's mean score of the refined outputs and their mean oracle value.
    """
    x, refinement = tf.constant(examples.x), None
    if trainer.discriminator is not None:
        refinement = select_refinement(
            predictor,
            x,
            examples.y,
            step_sizes=config.candidate_step_sizes(),
            steps=config.candidate_steps(),
            normalized=config.normalized_gradient,
        ).refinement
    prediction = predict(predictor, x, refinement)
    calibration = {
        row: trainer.space.calibrate(y, examples.y)
        for row, y in _rows(trainer, prediction).items()
    }
    measured = _measure(trainer, prediction, examples, calibration)
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


def test(
    trainer: Trainer,
    predictor: Predictor,
    chosen: Record,
    examples: Examples,
    further: Callable[[np.ndarray], dict[str, float]],
) -> dict[str, Any]:
    """The one look at the test rows.

    Args:
      trainer: In its final state.
      predictor: Predicts with it.
      chosen: The record of the epoch that validation chose.
      examples: The test rows.
      further: Relaxed outputs of the test rows -> metrics of the task's own.

    Returns:
      The parts test, validation, selected, score and seconds of a result.
    """
    begin = time.perf_counter()
    validation = chosen["validation"]
    refinement = validation["refinement"] and Refinement(**validation["refinement"])
    x = tf.constant(examples.x)
    prediction = predict(predictor, x, refinement)
    measured = _measure(trainer, prediction, examples, validation["calibration"])
    for row, y in _rows(trainer, prediction).items():
        measured[row].update(further(y))
    selected = {"epochs": chosen["epoch"], "calibration": validation["calibration"]}
    result = {
        "test": measured,
        "validation": validation["measured"],
        "selected": selected,
    }
    if refinement is not None:
        selected["refinement_steps"] = refinement.steps
        selected["step_size"] = refinement.step_size
        result["score"] = score_report(
            trainer, x, examples.y, prediction, predictor.rows_at_once
        )
    return {**result, "seconds": {"evaluate": time.perf_counter() - begin}}


def _measure(
    trainer: Trainer, prediction: Prediction, examples: Examples, calibration: dict
) -> dict[str, dict[str, float]]:
    return {
        row: trainer.space.measure(
            y, examples.y, calibration[row], probabilities=row == "generator"
        )
        for row, y in _rows(trainer, prediction).items()
    }


def _rows(trainer: Trainer, prediction: Prediction) -> dict[str, Any]:
    """The two rows of a table, or the one of a method without D or without G."""
    rows = {}
    if trainer.method.generates:
        rows["generator"] = prediction.generated
    if prediction.refined is not None:
        rows["refined"] = prediction.refined
    return rows
