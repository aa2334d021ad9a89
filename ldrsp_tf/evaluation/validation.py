"""Validation: measures a trained pair, and makes the choices that a test needs."""

import dataclasses
import json
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import numpy as np
import tensorflow as tf

from ldrsp_tf.data.examples import Examples
from ldrsp_tf.errors import DivergenceError, UsageError, kind_of, reason_of
from ldrsp_tf.evaluation.decision import REFINED, are_probabilities, decide_output
from ldrsp_tf.evaluation.diagnostics import score_report
from ldrsp_tf.evaluation.held_out import held_out_refined
from ldrsp_tf.methods import Method
from ldrsp_tf.prediction.grid_search import select_refinement
from ldrsp_tf.prediction.network_pair import NetworkPair
from ldrsp_tf.prediction.predictor import (
    OutputPredictor,
    Prediction,
    Predictor,
    predict,
)
from ldrsp_tf.prediction.unrefined import GENERATOR, unrefined_outputs
from ldrsp_tf.settings import RefinementGrid, plain_value

Validation = dict[str, Any]


def validate(
    networks: NetworkPair,
    predictor: Predictor,
    grid: RefinementGrid,
    examples: Examples,
    unrefined: Mapping[str, OutputPredictor] = MappingProxyType({}),
) -> Validation:
    """Measures networks as they are, with the grid's best refinement for them.

    Args:
      networks: The networks in their present state.
      predictor: The predictor with these networks.
      grid: The candidates for step size and number of steps.
      examples: The validation examples.
      unrefined: The predictors without a walk (`unrefined_predictors`) that a method
        that decides has to choose from, beside G and the refinement.

    Returns:
      metric: The metric that epochs are selected by (`selection_metric`);
        that of the output to deliver, for a method that decides.
      tie_breaker: For a method that decides, the `selection_metric`, by which epochs of
        equal metrics are selected: that of a frozen G's outputs never changes, while D
        learns.
      refinement: The chosen refinement; None without D.
      calibration: The parameters of tuned decoders, by output.
      measured: Every metric, by output (generator, refined).
      score: The comparison of D with its oracle (`score_report`), if there is a D.
      decision: The output to deliver (`decide_output`), for a method that decides.

    Raises:
      DivergenceError: Outputs are NaN.
    """
    x, selected = tf.constant(examples.x), None
    if networks.discriminator is not None:
        selected = select_refinement(predictor, x, examples.y, grid)
    refinement = selected and selected.refinement
    prediction = predict(predictor, x, refinement)
    outputs = outputs_of(networks.method, prediction)
    _require_no_nan(outputs)
    decoder_params = {
        row: networks.space.tune_decoder(y, examples.y) for row, y in outputs.items()
    }
    measured = measure(networks, prediction, examples, decoder_params)
    validation = {
        "metric": selection_metric(networks, measured),
        "refinement": refinement and dataclasses.asdict(refinement),
        "calibration": decoder_params,
        "measured": measured,
    }
    if refinement is not None:
        validation["score"] = score_report(
            networks, x, examples.y, prediction, predictor.predict_batch_size
        )
    if networks.method.decides:
        others = unrefined_outputs(unrefined, examples.x, prediction.generated)
        for name, y in others.items():
            decoder_params[name] = networks.space.tune_decoder(y, examples.y)
        candidates = {**outputs, **others}
        if selected is not None:  # The costliest is the last.
            of_all = candidates.pop(REFINED)
            candidates[REFINED] = held_out_refined(predictor, x, selected, of_all)
        decision = decide_output(networks.space, candidates, examples.y)
        validation["decision"] = dataclasses.asdict(decision)
        validation["tie_breaker"] = validation["metric"]
        validation["metric"] = decision.metric
    return validation


def selection_metric(
    networks: NetworkPair, measured: Mapping[str, Mapping[str, float]]
) -> float:
    """Returns the metric that epochs are selected by.

    It is the space's selection metric of the refined outputs, or of G's where there are
    no refined ones; the mean of both if the method selects by both outputs.

    Args:
      networks: The networks, with their method and space.
      measured: Every metric, by output (generator, refined).
    """
    outputs = list(measured)  # The refined ones are the last.
    if not networks.method.selects_by_both_outputs:
        outputs = outputs[-1:]
    metrics = [networks.space.selection_metric(measured[name]) for name in outputs]
    return sum(metrics) / len(metrics)


def try_validation(
    networks: NetworkPair,
    predictor: Predictor,
    grid: RefinementGrid,
    examples: Examples,
    unrefined: Mapping[str, OutputPredictor] = MappingProxyType({}),
) -> None:
    """Validates one batch, so that nothing is missing after the first epoch.

    Args:
      networks: The networks before their training.
      predictor: The predictor with these networks.
      grid: The candidates, of which one step size is tried.
      examples: The validation examples.
      unrefined: The predictors without a walk, as in `validate`.

    Raises:
      UsageError: A metric, a decoder, the oracle or a walk fails, or a result is none
        that a file can hold.
    """
    batch = Examples(*(part[: predictor.predict_batch_size] for part in examples))
    grid = dataclasses.replace(grid, step_sizes=grid.step_sizes[:1])
    try:
        validation = validate(networks, predictor, grid, batch, unrefined)
        json.dumps(validation, default=_require_plain)
    except UsageError:
        raise
    except Exception as error:  # Spaces and oracles of the user's may raise anything.
        kind = type(error).__name__
        raise UsageError(
            f"The validation examples cannot be validated ({kind}: "
            f"{reason_of(error)}); nothing was trained."
        ) from error


def _require_plain(value: Any) -> Any:
    """Returns a number or array of NumPy as JSON has it, and refuses anything else."""
    plain = plain_value(value)
    if plain is value:
        raise TypeError(
            f"{kind_of(value)} is among the results, which no file can hold; give "
            "numbers, texts or lists of them"
        )
    return plain


def measure(
    networks: NetworkPair,
    prediction: Prediction,
    examples: Examples,
    decoder_params: Mapping[str, Mapping[str, Any]],
) -> dict[str, dict[str, float]]:
    """Computes every metric of a prediction, by output (generator, refined, decided).

    Args:
      networks: The networks that made the prediction.
      prediction: The prediction for the inputs of the examples.
      examples: The examples, with their true outputs.
      decoder_params: The parameters of tuned decoders, by output (`validate`).

    Raises:
      DivergenceError: Outputs are NaN.
    """
    space, outputs = networks.space, outputs_of(networks.method, prediction)
    _require_no_nan(outputs)
    measured = {
        row: space.measure(
            y, examples.y, decoder_params[row], probabilities=are_probabilities(row)
        )
        for row, y in outputs.items()
    }
    if prediction.decided is not None:
        measured["decided"] = space.measure_decided(prediction.decided, examples.y)
    return measured


def outputs_of(method: Method, prediction: Prediction) -> dict[str, np.ndarray]:
    """Returns the outputs of G and the refined ones by name, as the method has them.

    Args:
      method: The method; without G or without D it has one of the two.
      prediction: The prediction.
    """
    rows = {}
    if method.has_generator:
        rows[GENERATOR] = prediction.generated
    if prediction.refined is not None:
        rows[REFINED] = prediction.refined
    return rows


def _require_no_nan(outputs: Mapping[str, np.ndarray]) -> None:
    """Refuses outputs that are NaN: they decode to something, and have a metric.

    The losses of an epoch are those before its last update, which may have ruined a
    network.

    Args:
      outputs: Relaxed outputs, `[N, ...]`, by name.

    Raises:
      DivergenceError: There are some.
    """
    for name, y in outputs.items():
        if np.isnan(y).any():
            raise DivergenceError(
                f"Outputs ({name}) are NaN: training diverged, or weights were NaN "
                "before. Try a smaller learning rate, and look for NaN in the data."
            )
