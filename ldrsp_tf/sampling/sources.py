"""Extra samples (x, y, v*) that the discriminator learns from (Eq. 10).

A *source* draws one output for every example of the batch, or of one that it has kept
(`replay.py`); the trainer asks the oracle for its value. Sources see the world through
a `SamplingContext`, so that they serve every task and discriminator.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import tensorflow as tf

from ldrsp_tf.distribution.replicas import draw_by_example
from ldrsp_tf.losses.ldrsp import ScoredOutputs, ValueLoss
from ldrsp_tf.oracles import Oracle
from ldrsp_tf.projections import Projection
from ldrsp_tf.refinement import Score, refine
from ldrsp_tf.settings import SamplingSettings


class SamplingContext(NamedTuple):
    """What a source may draw from.

    Attributes:
      x: Inputs, `[B, ...]`.
      logits: The current discriminator's logits of an output, for this batch's x.
      logits_for: Maps other inputs to such a function.
      y_generated: G(x), `[B, ...]`.
      y_true: y*, `[B, ...]`.
      oracle: v*(y, y*).
      value_loss: The loss that the discriminator is trained with.
      project: The projection P.
      seed: A seed for stateless random operations, `[2]`.
    """

    x: tf.Tensor
    logits: Score
    logits_for: Callable[[tf.Tensor], Score]
    y_generated: tf.Tensor
    y_true: tf.Tensor
    oracle: Oracle
    value_loss: ValueLoss
    project: Projection
    seed: tf.Tensor


class Samples(NamedTuple):
    """Outputs y `[B, ...]` for inputs x `[B, ...]` whose truth is y_true."""

    x: tf.Tensor
    y: tf.Tensor
    y_true: tf.Tensor


Source = Callable[[SamplingContext, SamplingSettings], Samples]


def inference_source(context: SamplingContext, settings: SamplingSettings) -> Samples:
    """The inference samples of the batch."""
    return Samples(context.x, inference_samples(context, settings), context.y_true)


def adversarial_source(context: SamplingContext, settings: SamplingSettings) -> Samples:
    """The adversarial samples of the batch."""
    return Samples(context.x, adversarial_samples(context, settings), context.y_true)


def loss_augmented_source(
    context: SamplingContext, settings: SamplingSettings
) -> Samples:
    """Outputs that D scores high although they are wrong (SPEN's training inference).

    The refinement of the start, up the logits plus the task loss 1 - v*(y, y*).
    """
    y = refine(
        lambda y: context.logits(y) + 1.0 - context.oracle(y, context.y_true),
        context.y_generated,
        step_size=settings.inference_step_size,
        steps=settings.inference_steps,
        normalized=settings.normalized_gradient,
        project=context.project,
    )
    return Samples(context.x, y, context.y_true)


def inference_samples(
    context: SamplingContext, settings: SamplingSettings
) -> tf.Tensor:
    """Outputs of the refinement that starts at G(x), by the current discriminator.

    Args:
      context: What to draw from.
      settings: Steps and step size of the walk.

    Returns:
      `[B, ...]`, values in [0, 1].
    """
    return refine(
        lambda y: tf.sigmoid(context.logits(y)),
        context.y_generated,
        step_size=settings.inference_step_size,
        steps=settings.inference_steps,
        normalized=settings.normalized_gradient,
        project=context.project,
    )


def adversarial_samples(
    context: SamplingContext, settings: SamplingSettings
) -> tf.Tensor:
    """Outputs that the discriminator misjudges: steps up its own loss in y.

    The loss is taken against the oracle value of the start, as Gygli et al. (2017) do;
    a third of the examples each starts at G(x), at the truth and at zero, so that
    over- and underrated outputs near and far from the truth are found.

    Args:
      context: What to draw from.
      settings: Steps and step size.

    Returns:
      `[B, ...]`, values in [0, 1].
    """
    start = random_starts(
        [context.y_generated, context.y_true, tf.zeros_like(context.y_true)],
        context.seed,
    )
    value = context.oracle(start, context.y_true)

    def loss(y: tf.Tensor) -> tf.Tensor:
        logits = context.logits(y)
        # The loss is a mean; an example's gradient must not shrink with the batch.
        entries = tf.cast(tf.size(logits), y.dtype)
        return entries * context.value_loss(ScoredOutputs(logits, value))

    return refine(
        loss,
        start,
        step_size=settings.adversarial_step_size,
        steps=settings.adversarial_steps,
        normalized=settings.normalized_gradient,
        project=context.project,
    )


def random_starts(
    starts: list[tf.Tensor], seed: tf.Tensor, shares: list[float] | None = None
) -> tf.Tensor:
    """Takes each example from one of `starts` at random.

    Args:
      starts: Outputs to choose from, `[B, ...]` each.
      seed: `[2]`.
      shares: Probability of each; equal ones by default.

    Returns:
      `[B, ...]`.
    """
    rows = tf.shape(starts[0])[0]
    bounds = np.cumsum(shares or [1.0 / len(starts)] * len(starts))[:-1]
    drawn = draw_by_example(lambda n: tf.random.stateless_uniform([n], seed), rows)
    choice = tf.searchsorted(tf.constant(bounds, tf.float32), drawn, side="right")
    choice = tf.reshape(choice, [rows] + [1] * (starts[0].shape.rank - 1))
    chosen = starts[0]
    for index, start in enumerate(starts[1:], start=1):
        chosen = tf.where(choice == index, start, chosen)
    return chosen
