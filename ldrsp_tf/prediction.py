"""Predictions of a trained pair: G's outputs, the refined ones, and D's scores."""

import dataclasses
from typing import NamedTuple

import numpy as np
import tensorflow as tf

from ldrsp_tf.training import Trainer


@dataclasses.dataclass(frozen=True)
class Refinement:
    """How far outputs are refined (Eq. 8-9).

    Attributes:
      step_size: eta.
      steps: T; 0 leaves G's output.
      normalized: Eq. 9's normalised gradient rather than Eq. 8's.
    """

    step_size: float
    steps: int
    normalized: bool = True


class Prediction(NamedTuple):
    """Outputs for N inputs, relaxed, as numpy arrays.

    Attributes:
      generated: G(x), `[N, ...]`.
      refined: The refined output, `[N, ...]`; None for a method without D.
      scores: D's score of the refined output, `[N]` or a map; None without D.
    """

    generated: np.ndarray
    refined: np.ndarray | None
    scores: np.ndarray | None


def predict(
    trainer: Trainer,
    x: tf.Tensor,
    refinement: Refinement | None,
    rows_at_once: int = 1024,
) -> Prediction:
    """Predicts in chunks, so that memory does not grow with the walk of all rows.

    Args:
      trainer: A trained trainer.
      x: Inputs, `[N, ...]`.
      refinement: None for a method without a discriminator.
      rows_at_once: Inputs in one chunk.
    """
    chunks = []
    for begin in range(0, x.shape[0], rows_at_once):
        part = x[begin : begin + rows_at_once]
        if refinement is None:
            chunks.append((trainer.generate(part).numpy(),))
        else:
            walk = trainer.walk(
                part,
                tf.constant(refinement.step_size, tf.float32),
                tf.constant(refinement.steps),
                refinement.normalized,
            )
            outputs, scores = walk.outputs, walk.scores
            chunks.append((outputs[0].numpy(), outputs[-1].numpy(), scores[-1].numpy()))
    joined = [np.concatenate(parts) for parts in zip(*chunks)]
    return Prediction(*joined) if refinement else Prediction(joined[0], None, None)
