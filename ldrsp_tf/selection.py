"""Choosing step size and number of steps of the refinement, on validation examples."""

from typing import NamedTuple

import numpy as np
import tensorflow as tf

from ldrsp_tf.prediction import Predictor, Refinement


class Selected(NamedTuple):
    """A choice, and the mean metric that it reaches on the validation examples."""

    refinement: Refinement
    metric: float


def select_refinement(
    predictor: Predictor,
    x: tf.Tensor,
    y_true: np.ndarray,
    *,
    step_sizes: tuple[float, ...],
    steps: tuple[int, ...],
    normalized: bool,
    rows_at_once: int | None = None,
) -> Selected:
    """Tries every pair of step size and number of steps.

    One walk a step size serves all numbers of steps. Of equally good pairs the first
    one of the grid is taken.

    Args:
      predictor: Of networks in their present state.
      x: Validation inputs, `[N, ...]`.
      y_true: Their true outputs, `[N, ...]`.
      step_sizes: The candidates for eta.
      steps: The candidates for T.
      normalized: Eq. 9 rather than Eq. 8.
      rows_at_once: Examples in one chunk; the predictor's own number by default.
    """
    candidates, rows_at_once = [], rows_at_once or predictor.rows_at_once
    for step_size in step_sizes:
        total = np.zeros(len(steps))
        for begin in range(0, len(y_true), rows_at_once):
            rows = slice(begin, begin + rows_at_once)
            walk = predictor.walk(
                x[rows],
                tf.constant(step_size, tf.float32),
                tf.constant(max(steps)),
                normalized,
            )
            outputs = tf.gather(walk.outputs, steps).numpy()
            total += predictor.space.example_metric(outputs, y_true[rows]).sum(-1)
        mean = total / len(y_true)
        best = int(np.argmax(mean))
        chosen = Refinement(step_size, steps[best], normalized)
        candidates.append(Selected(chosen, float(mean[best])))
    return max(candidates, key=lambda candidate: candidate.metric)
