"""Choices made on other validation examples than those that they are measured on.

A threshold that is tuned on 80 examples looks a point better on these than it is, and
so does the best of 60 walks. So each is chosen five times, without a fifth of the
examples, and measured on that fifth.
"""

from collections.abc import Iterator, Sequence

import numpy as np
import tensorflow as tf

from ldrsp_tf.prediction.grid_search import Selected
from ldrsp_tf.prediction.predictor import Predictor, predict
from ldrsp_tf.spaces.base import OutputSpace

_FOLDS = 5


def _folds(number: int) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Yields the rows of each fold and those of the others, as masks `[N]`.

    A single example is its own other.
    """
    fold = np.arange(number) % min(_FOLDS, number)
    for held_out in range(fold.max() + 1):
        rows = fold == held_out
        yield rows, rows if number == 1 else ~rows


def held_out_values(
    space: OutputSpace, y: np.ndarray, y_true: np.ndarray, decoders: Sequence[str]
) -> dict[str, np.ndarray]:
    """Returns the metric of each example, decided by parameters of the others.

    Args:
      space: The output space.
      y: Relaxed outputs, `[N, ...]`.
      y_true: True outputs, `[N, ...]`.
      decoders: The decoders, tuned five times, each without a fifth of the examples.

    Returns:
      Values in [0, 1], `[N]`, by decoder.
    """
    values = {decoder: np.zeros(len(y_true)) for decoder in decoders}
    for rows, others in _folds(len(y_true)):
        params = space.tune_decoder(y[others], y_true[others])
        for decoder, of_rows in values.items():
            decided = space.decode(y[rows], decoder, params)
            of_rows[rows] = space.example_metric(decided, y_true[rows])
    return values


def held_out_refined(
    predictor: Predictor, x: tf.Tensor, selected: Selected, refined: np.ndarray
) -> np.ndarray:
    """Returns the refined output of each example by the walk that suits the others.

    Args:
      predictor: The predictor that the refinement was selected for.
      x: Validation inputs, `[N, ...]`.
      selected: The selection on these examples.
      refined: The outputs by the refinement that is selected on all of them,
        `[N, ...]`, which is most often that of the others, too.

    Returns:
      Relaxed outputs, `[N, ...]`.
    """
    outputs = refined.copy()
    for rows, others in _folds(len(refined)):
        refinement = selected.best_of(others)
        if refinement != selected.refinement:
            prediction = predict(predictor, tf.boolean_mask(x, rows), refinement)
            outputs[rows] = prediction.refined
    return outputs
