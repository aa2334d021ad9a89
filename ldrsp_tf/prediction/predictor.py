"""Predictions of a trained pair: G's outputs, the refined ones, and D's scores."""

from collections.abc import Iterator
from typing import NamedTuple, Protocol

import numpy as np
import tensorflow as tf

from ldrsp_tf.refinement import Refinement, Trajectory
from ldrsp_tf.spaces.base import OutputSpace


class OutputPredictor(Protocol):
    """A predictor of whole examples.

    Attributes:
      space: The output space.
      predict_batch_size: The number of inputs in one call, which bounds memory.
    """

    space: OutputSpace
    predict_batch_size: int

    def generate(self, x: tf.Tensor) -> tf.Tensor:
        """Returns relaxed outputs, `[B, ...]`, of inputs `[B, ...]`."""


class Predictor(OutputPredictor, Protocol):
    """A predictor that refines: a pair of networks, or its average over crops."""

    def walk(
        self, x: tf.Tensor, step_size: tf.Tensor, steps: tf.Tensor, normalized: bool
    ) -> Trajectory:
        """Refines G(x) and returns all outputs on the way, with their scores.

        Args:
          x: Inputs, `[B, ...]`.
          step_size: The step size eta.
          steps: The number of steps T.
          normalized: Whether to follow Eq. 9 rather than Eq. 8.
        """


class Prediction(NamedTuple):
    """Relaxed outputs for N inputs, as numpy arrays.

    Attributes:
      generated: The generator's outputs G(x), `[N, ...]`.
      refined: The refined outputs, `[N, ...]`; None for a method without D.
      scores: D's scores of the refined outputs, `[N]` or `[N, H, W]`; None without D.
      trajectory: Every output of the walk, `[T + 1, N, ...]`; None unless requested.
      trajectory_scores: D's scores of these, `[T + 1, N]` or `[T + 1, N, H, W]`.
      decided: The 0/1 outputs to deliver, float32, `[N, ...]`, as validation examples
        have decided; None for a method that leaves this to the user.
    """

    generated: np.ndarray
    refined: np.ndarray | None = None
    scores: np.ndarray | None = None
    trajectory: np.ndarray | None = None
    trajectory_scores: np.ndarray | None = None
    decided: np.ndarray | None = None


def walk_by(predictor: Predictor, x: tf.Tensor, refinement: Refinement) -> Trajectory:
    """Walks from G(x) as a refinement describes.

    Args:
      predictor: The predictor that walks.
      x: Inputs, `[B, ...]`.
      refinement: The step size, the number of steps and the kind of gradient.
    """
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
    trajectory: bool = False,
) -> Prediction:
    """Predicts in chunks, so that the steps of all rows are not in memory at once.

    Args:
      predictor: A predictor of trained networks.
      x: Inputs, `[N, ...]`.
      refinement: The refinement; None for a method without a discriminator.
      trajectory: Whether to keep every output of the walk, and its score.
    """
    if refinement is None:
        return Prediction(generate(predictor, x))
    chunks = [
        _as_arrays(walk_by(predictor, part, refinement), trajectory)
        for part in _parts(x, predictor.predict_batch_size)
    ]
    # The first axis of a trajectory is its steps.
    axes = (0, 0, 0, 1, 1)
    return Prediction(*map(np.concatenate, zip(*chunks), axes))


def generate(predictor: OutputPredictor, x: tf.Tensor) -> np.ndarray:
    """Predicts relaxed outputs without a walk, `[N, ...]`, in chunks.

    Args:
      predictor: The predictor.
      x: Inputs, `[N, ...]`.
    """
    parts = _parts(x, predictor.predict_batch_size)
    return np.concatenate([predictor.generate(part).numpy() for part in parts])


def _parts(x: tf.Tensor, size: int) -> Iterator[tf.Tensor]:
    for begin in range(0, x.shape[0], size):
        yield x[begin : begin + size]


def _as_arrays(trajectory: Trajectory, whole: bool) -> tuple[np.ndarray, ...]:
    """Returns the fields of a `Prediction`, the last two only of a whole trajectory."""
    outputs = trajectory.outputs.numpy()
    # Copies: a slice would keep the whole trajectory in memory.
    ends = outputs[0].copy(), outputs[-1].copy(), trajectory.scores[-1].numpy()
    return (*ends, outputs, trajectory.scores.numpy()) if whole else ends
