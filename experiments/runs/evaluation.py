"""The evaluation on test rows, made once, with the choices of the validation."""

import time
from collections.abc import Callable
from typing import Any

import numpy as np
import tensorflow as tf

from ldrsp_tf.data.examples import Examples
from ldrsp_tf.evaluation.diagnostics import score_report
from ldrsp_tf.evaluation.validation import measure, outputs_of
from ldrsp_tf.refiner import Refiner
from ldrsp_tf.training.history import Record


def evaluate_test(
    refiner: Refiner,
    chosen: Record,
    examples: Examples,
    further: Callable[[np.ndarray], dict[str, float]],
) -> dict[str, Any]:
    """Evaluates the test rows, the only time that a run looks at them.

    Args:
      refiner: The refiner in its final state; it adopts the choices.
      chosen: The record of the epoch that validation chose.
      examples: The test rows.
      further: A function from relaxed outputs of the test rows to metrics of the task's
        own.

    Returns:
      The parts test, validation, selected, score and seconds of a result.
    """
    begin = time.perf_counter()
    validation = chosen["validation"]
    refiner.choose(validation)
    refinement, decoder_params = refiner.refinement, refiner.decoder_params
    prediction = refiner.predict(examples.x)
    measured = measure(refiner.trainer, prediction, examples, decoder_params)
    outputs = outputs_of(refiner.method, prediction)
    of_task = {name: further(y) for name, y in outputs.items()}
    # Most tasks have no metrics of their own, for which D would predict once more.
    if prediction.decided is not None and any(of_task.values()):
        x = refiner.preprocess(examples.x)
        of_task["decided"] = further(refiner.delivery.relaxed(x, prediction))
    for name, metrics in of_task.items():
        measured[name].update(metrics)
    selected = {"epochs": chosen["epoch"], "calibration": decoder_params}
    result = {
        "test": measured,
        "validation": validation["measured"],
        "selected": selected,
    }
    if refiner.decision is not None:
        sentence = refiner.decision.sentence
        selected["decision"] = {**validation["decision"], "sentence": sentence}
    if refinement is not None:
        selected["refinement_steps"] = refinement.steps
        selected["step_size"] = refinement.step_size
        result["score"] = score_report(
            refiner.trainer,
            tf.constant(examples.x),
            examples.y,
            prediction,
            refiner.predictor.predict_batch_size,
        )
    return {**result, "seconds": {"evaluate": time.perf_counter() - begin}}
