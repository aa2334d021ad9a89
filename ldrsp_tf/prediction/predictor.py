"""Predictions of a trained pair: G's outputs, the refined ones, and D's scores."""

from typing import NamedTuple, Protocol

import numpy as np
import tensorflow as tf

from ldrsp_tf.refinement import Refinement, Trajectory
from ldrsp_tf.spaces.base import OutputSpace


class Predictor(Protocol):
    """What predicts whole examples: a trainer, or one around it (`crops.py`).

    Attributes:
      space: The output space.
      predict_batch_size: Inputs that it is given in one call, which bounds memory.
    """

    space: OutputSpace
    predict_batch_size: int

    def generate(self, x: tf.Tensor) -> tf.Tensor:
        """G(x), `[B, ...]`."""

    def walk(
        self, x: tf.Tensor, step_size: tf.Tensor, steps: tf.Tensor, normalized: bool
    ) -> Trajectory:
        """The refinement of G(x), with all its steps."""


class Prediction(NamedTuple):
    """Outputs for N inputs, relaxed, as numpy arrays.

    Attributes:
      generated: G(x), `[N, ...]`.
      refined: The refined output, `[N, ...]`; None for a method without D.
      scores: D's score of the refined output, `[N]` or a map; None without D.
      trajectory: Every output of the walk, `[T + 1, N, ...]`, if it was asked for.
      trajectory_scores: D's score of each of these, `[T + 1, N]` or maps.
    """

    generated: np.ndarray
    refined: np.ndarray | None = None
    scores: np.ndarray | None = None
    trajectory: np.ndarray | None = None
    trajectory_scores: np.ndarray | None = None


def walk_by(predictor: Predictor, x: tf.Tensor, refinement: Refinement) -> Trajectory:
    """The walk from G(x), of inputs `[B, ...]`, that a refinement describes."""
    return predictor.walk(
        x,
        tf.constant(refinement.step_size, tf.float32),
        tf.constant(refinement.steps, tf.int32),
        refinement.normalized,
    )


def predict(
    predictor: Predictor,
    x: tf.Tensor,
    refinement: Refinement | None,
    predict_batch_size: int | None = None,
    trajectory: bool = False,
) -> Prediction:
    """Predicts in chunks, so that memory does not grow with the walk of all rows.

    Args:
      predictor: Of trained networks.
      x: Inputs, `[N, ...]`.
      refinement: None for a method without a discriminator.
      predict_batch_size: Inputs in one chunk; the predictor's own number by default.
      trajectory: Keeps the whole walk.
    """
    chunks: list[tuple[np.ndarray, ...]] = []
    predict_batch_size = predict_batch_size or predictor.predict_batch_size
    for begin in range(0, x.shape[0], predict_batch_size):
        part = x[begin : begin + predict_batch_size]
        if refinement is None:
            chunks.append((predictor.generate(part).numpy(),))
            continue
        walk = walk_by(predictor, part, refinement)
        outputs = walk.outputs.numpy()
        # Copies: a slice would keep the whole walk in memory.
        chunk: tuple[np.ndarray, ...] = (
            outputs[0].copy(),
            outputs[-1].copy(),
            walk.scores[-1].numpy(),
        )
        if trajectory:
            chunk = (*chunk, outputs, walk.scores.numpy())
        chunks.append(chunk)
    # The first axis of a walk is its steps.
    axes = (0, 0, 0, 1, 1)
    return Prediction(*map(np.concatenate, zip(*chunks), axes))
