"""The choice of step size and number of steps on validation examples."""

from typing import NamedTuple

import numpy as np
import tensorflow as tf

from ldrsp_tf.prediction.predictor import Predictor, walk_by
from ldrsp_tf.refinement import Refinement
from ldrsp_tf.settings import RefinementGrid


class Selected(NamedTuple):
    """A choice of the refinement, and its mean metric on the validation examples."""

    refinement: Refinement
    metric: float


def select_refinement(
    predictor: Predictor,
    x: tf.Tensor,
    y_true: np.ndarray,
    grid: RefinementGrid,
    predict_batch_size: int | None = None,
) -> Selected:
    """Tries every pair of step size and number of steps.

    One walk a step size serves all numbers of steps. Of equally good pairs the first
    one of the grid is taken.

    Args:
      predictor: A predictor whose networks are in their present state.
      x: Validation inputs, `[N, ...]`.
      y_true: True outputs of the validation examples, `[N, ...]`.
      grid: The candidates for step size and number of steps.
      predict_batch_size: The number of examples in one chunk; the predictor's own by
        default.

    Returns:
      The pair with the best mean metric.
    """
    candidates = []
    predict_batch_size = predict_batch_size or predictor.predict_batch_size
    for step_size in grid.step_sizes:
        total = np.zeros(len(grid.steps))
        longest = Refinement(step_size, max(grid.steps), grid.normalized)
        for begin in range(0, len(y_true), predict_batch_size):
            rows = slice(begin, begin + predict_batch_size)
            trajectory = walk_by(predictor, x[rows], longest)
            outputs = tf.gather(trajectory.outputs, grid.steps).numpy()
            total += predictor.space.example_metric(outputs, y_true[rows]).sum(-1)
        mean = total / len(y_true)
        best = int(np.argmax(mean))
        # Plain numbers can be written as JSON; those of the grid may be numpy's.
        chosen = Refinement(float(step_size), int(grid.steps[best]), grid.normalized)
        candidates.append(Selected(chosen, float(mean[best])))
    return max(candidates, key=lambda candidate: candidate.metric)
