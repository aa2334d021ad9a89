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
from ldrsp_tf.prediction.network_pair import NetworkPair
from ldrsp_tf.prediction.predictor import Prediction, Predictor, predict
from ldrsp_tf.settings import RefinementGrid

Validation = dict[str, Any]


def validate(
    networks: NetworkPair,
    predictor: Predictor,
    grid: RefinementGrid,
    examples: Examples,
) -> Validation:
    """Measures networks as they are, with the best refinement for it.

    Args:
      networks: In their present state.
      predictor: Predicts with them.
      grid: The candidates for step size and steps.
      examples: The validation rows.

    Returns:
      metric: The space's criterion of the refined output (of G's, without D).
      refinement, decoder_params: The choices made here.
      measured: Every metric, by row (generator, refined).
      score: D's mean score of the refined outputs and their mean oracle value.
    """
    x, refinement = tf.constant(examples.x), None
    if networks.discriminator is not None:
        refinement = select_refinement(predictor, x, examples.y, grid).refinement
    prediction = predict(predictor, x, refinement)
    decoder_params = {
        row: networks.space.tune_decoder(y, examples.y)
        for row, y in outputs_of(networks.method, prediction).items()
    }
    measured = measure(networks, prediction, examples, decoder_params)
    chosen = measured["generator" if refinement is None else "refined"]
    validation = {
        "metric": networks.space.selection_metric(chosen),
        "refinement": refinement and dataclasses.asdict(refinement),
        "calibration": decoder_params,
        "measured": measured,
    }
    if refinement is not None:
        validation["score"] = score_report(
            networks, x, examples.y, prediction, predictor.predict_batch_size
        )
    return validation


def measure(
    networks: NetworkPair,
    prediction: Prediction,
    examples: Examples,
    decoder_params: Mapping[str, Mapping[str, Any]],
) -> dict[str, dict[str, float]]:
    """Every metric of a prediction, by row.

    Args:
      networks: Of the prediction.
      prediction: For the examples' inputs.
      examples: Have the truth.
      decoder_params: Of `validate`, by row.
    """
    return {
        row: networks.space.measure(
            y, examples.y, decoder_params[row], probabilities=row == "generator"
        )
        for row, y in outputs_of(networks.method, prediction).items()
    }


def outputs_of(method: Method, prediction: Prediction) -> dict[str, np.ndarray]:
    """The two rows of a table, or the one of a method without D or without G."""
    rows = {}
    if method.has_generator:
        rows["generator"] = prediction.generated
    if prediction.refined is not None:
        rows["refined"] = prediction.refined
    return rows
