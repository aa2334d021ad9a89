"""The choice of step size and number of steps on validation examples."""

from typing import NamedTuple

import numpy as np
import tensorflow as tf

from ldrsp_tf.prediction.predictor import Predictor, walk_by
from ldrsp_tf.refinement import Refinement
from ldrsp_tf.settings import RefinementGrid


class Selected(NamedTuple):
    """A choice of the refinement on validation examples, and what it was made from.

    Attributes:
      refinement: The best candidate.
      metric: Its mean metric.
      candidates: All candidates, in the order of the grid.
      values: The metric of each candidate and example, `[C, N]`.
    """

    refinement: Refinement
    metric: float
    candidates: tuple[Refinement, ...]
    values: np.ndarray

    def best_of(self, rows: np.ndarray) -> Refinement:
        """Returns the candidate that is best on some of the examples.

        Args:
          rows: Whether each example counts, `[N]`; at least one does.
        """
        return self.candidates[int(np.argmax(self.values[:, rows].mean(1)))]


def select_refinement(
    predictor: Predictor,
    x: tf.Tensor,
    y_true: np.ndarray,
    grid: RefinementGrid,
) -> Selected:
    """Tries every pair of step size and number of steps.

    One walk a step size serves all numbers of steps. Of equally good pairs the first
    one of the grid is taken.

    Args:
      predictor: A predictor whose networks are in their present state.
      x: Validation inputs, `[N, ...]`.
      y_true: True outputs of the validation examples, `[N, ...]`.
      grid: The candidates for step size and number of steps.

    Returns:
      The pair with the best mean metric, beside all others.
    """
    candidates, means, values = list[Refinement](), list[float](), list[np.ndarray]()
    size = predictor.predict_batch_size
    for step_size in grid.step_sizes:
        total, chunks = np.zeros(len(grid.steps)), list[np.ndarray]()
        longest = Refinement(float(step_size), max(grid.steps), grid.normalized)
        for begin in range(0, len(y_true), size):
            rows = slice(begin, begin + size)
            trajectory = walk_by(predictor, x[rows], longest)
            outputs = tf.gather(trajectory.outputs, grid.steps).numpy()
            chunks.append(predictor.space.example_metric(outputs, y_true[rows]))
            total += chunks[-1].sum(-1)
        means += (total / len(y_true)).tolist()
        values.append(np.concatenate(chunks, -1))
        candidates += map(longest.with_steps, grid.steps)
    best = int(np.argmax(means))
    return Selected(
        candidates[best], means[best], tuple(candidates), np.concatenate(values)
    )
