"""Choosing step size and number of steps of the refinement, on validation examples."""

import dataclasses
from typing import NamedTuple

import numpy as np
import tensorflow as tf

from ldrsp_tf.errors import UsageError
from ldrsp_tf.prediction import Predictor, Refinement, walk_by


@dataclasses.dataclass(frozen=True)
class RefinementGrid:
    """What a refinement is chosen from.

    Attributes:
      step_sizes: The candidates for eta.
      steps: The candidates for T.
      normalized: Eq. 9's normalised gradient rather than Eq. 8's.

    Raises:
      UsageError: There is no candidate, or a negative one.
    """

    step_sizes: tuple[float, ...] = (0.25, 0.5, 1.0)
    steps: tuple[int, ...] = tuple(range(1, 21))
    normalized: bool = True

    def __post_init__(self):
        for name in ("step_sizes", "steps"):
            candidates = getattr(self, name)
            if len(candidates) == 0 or min(candidates) < 0:
                raise UsageError(
                    f"The refinement's {name} are {tuple(candidates)}: at least one is "
                    "needed, and none below 0."
                )


class Selected(NamedTuple):
    """A choice, and the mean metric that it reaches on the validation examples."""

    refinement: Refinement
    metric: float


def select_refinement(
    predictor: Predictor,
    x: tf.Tensor,
    y_true: np.ndarray,
    grid: RefinementGrid,
    rows_at_once: int | None = None,
) -> Selected:
    """Tries every pair of step size and number of steps.

    One walk a step size serves all numbers of steps. Of equally good pairs the first
    one of the grid is taken.

    Args:
      predictor: Of networks in their present state.
      x: Validation inputs, `[N, ...]`.
      y_true: Their true outputs, `[N, ...]`.
      grid: The candidates.
      rows_at_once: Examples in one chunk; the predictor's own number by default.
    """
    candidates, rows_at_once = [], rows_at_once or predictor.rows_at_once
    for step_size in grid.step_sizes:
        total = np.zeros(len(grid.steps))
        longest = Refinement(step_size, max(grid.steps), grid.normalized)
        for begin in range(0, len(y_true), rows_at_once):
            rows = slice(begin, begin + rows_at_once)
            walk = walk_by(predictor, x[rows], longest)
            outputs = tf.gather(walk.outputs, grid.steps).numpy()
            total += predictor.space.example_metric(outputs, y_true[rows]).sum(-1)
        mean = total / len(y_true)
        best = int(np.argmax(mean))
        # Plain numbers, which a file of records can hold, whatever the grid has.
        chosen = Refinement(float(step_size), int(grid.steps[best]), grid.normalized)
        candidates.append(Selected(chosen, float(mean[best])))
    return max(candidates, key=lambda candidate: candidate.metric)
