"""Extra samples (x, y, v*) that the discriminator learns from (Eq. 10).

A *source* draws one output for every example of the batch, or of a batch that it has
kept (`replay.py`); the trainer computes the oracle value. All that a source needs is in
its `SamplingContext`, so that it serves every task and discriminator.
"""

import abc
from collections.abc import Callable
from typing import NamedTuple, Protocol

import keras
import numpy as np
import tensorflow as tf

from ldrsp_tf.distribution.replicas import draw_by_example
from ldrsp_tf.losses.ldrsp import ScoredOutputs, ValueLoss
from ldrsp_tf.oracles import Oracle
from ldrsp_tf.projections import Projection
from ldrsp_tf.refinement import Move, Score, refine
from ldrsp_tf.settings import SamplingSettings


class SamplingContext(NamedTuple):
    """The batch, the networks and the random seed that a source draws from.

    Attributes:
      x: Inputs, `[B, ...]`.
      logits: The current discriminator's logits of outputs for `x`, as a function of y.
      logits_for: A function from other inputs to such a function of y.
      y_generated: G(x), `[B, ...]`.
      y_true: True outputs y*, `[B, ...]`.
      y_initial: The space's initial output for each example, `[B, ...]`.
      oracle: The oracle v*(y, y*).
      value_loss: The loss that the discriminator is trained with.
      project: The projection P.
      seed: A seed for stateless random operations, `[2]`.
      move: The map from outputs and their change to the next outputs of a walk; None
        for the projection of their sum.
    """

    x: tf.Tensor
    logits: Score
    logits_for: Callable[[tf.Tensor], Score]
    y_generated: tf.Tensor
    y_true: tf.Tensor
    y_initial: tf.Tensor
    oracle: Oracle
    value_loss: ValueLoss
    project: Projection
    seed: tf.Tensor
    move: Move | None = None


class Samples(NamedTuple):
    """Outputs y `[B, ...]` for inputs x `[B, ...]` with true outputs y_true."""

    x: tf.Tensor
    y: tf.Tensor
    y_true: tf.Tensor


class Source(Protocol):
    """A source of samples, made once for a training.

    Attributes:
      keeps_batches: Whether samples belong to inputs that the source has kept, rather
        than to those of the batch.
      variables: The state, for checkpoints.
    """

    keeps_batches: bool

    @property
    def variables(self) -> list[keras.Variable]:
        """The state, for checkpoints."""

    def __call__(self, context: SamplingContext) -> Samples:
        """Draws one sample for each example of the batch."""


# Makes a source of the settings and of inputs and outputs of one batch, `[B, ...]`.
SourceFactory = Callable[[SamplingSettings, tf.Tensor, tf.Tensor], Source]


class StatelessSource(abc.ABC):
    """A source without state, whose samples belong to the inputs of the batch.

    Args:
      settings: Steps and step sizes.
      x: Inputs of one batch, `[B, ...]`; not used.
      y: Outputs of one batch, `[B, ...]`; not used.
    """

    keeps_batches = False

    def __init__(self, settings: SamplingSettings, x: tf.Tensor, y: tf.Tensor):
        del x, y
        self._settings = settings

    @property
    def variables(self) -> list[keras.Variable]:
        """No state."""
        return []

    def __call__(self, context: SamplingContext) -> Samples:
        """Draws one sample for each example of the batch."""
        return Samples(context.x, self.draw(context), context.y_true)

    @abc.abstractmethod
    def draw(self, context: SamplingContext) -> tf.Tensor:
        """Draws outputs, `[B, ...]`."""


class InferenceSource(StatelessSource):
    """Inference samples: outputs of the refinement during training."""

    def draw(self, context: SamplingContext) -> tf.Tensor:
        """Refines G(x) by the current discriminator, `[B, ...]`."""
        return inference_samples(context, self._settings)


class AdversarialSource(StatelessSource):
    """Adversarial samples: outputs on which the discriminator's loss is large."""

    def draw(self, context: SamplingContext) -> tf.Tensor:
        """Ascends the discriminator's loss, `[B, ...]`."""
        return adversarial_samples(context, self._settings)


class LossAugmentedSource(StatelessSource):
    """Wrong outputs that D scores high (the training inference of SPEN)."""

    def draw(self, context: SamplingContext) -> tf.Tensor:
        """Ascends the logits plus the task loss 1 - v*(y, y*), `[B, ...]`."""
        return _refine_generated(
            lambda y: context.logits(y) + 1.0 - context.oracle(y, context.y_true),
            context,
            self._settings,
        )


def inference_samples(
    context: SamplingContext, settings: SamplingSettings
) -> tf.Tensor:
    """Refines G(x) by the current discriminator.

    Args:
      context: The batch and the networks.
      settings: Steps and step size of the refinement.

    Returns:
      Outputs `[B, ...]` in [0, 1].
    """
    return _refine_generated(lambda y: tf.sigmoid(context.logits(y)), context, settings)


def _refine_generated(
    score: Score, context: SamplingContext, settings: SamplingSettings
) -> tf.Tensor:
    """Walks from G(x) up a score by the steps of an inference sample, `[B, ...]`."""
    return walk_up(
        score,
        context.y_generated,
        context,
        settings,
        step_size=settings.inference_step_size,
        steps=settings.inference_steps,
    )


def walk_up(
    score: Score,
    start: tf.Tensor,
    context: SamplingContext,
    settings: SamplingSettings,
    *,
    step_size: float,
    steps: int,
) -> tf.Tensor:
    """Walks up a score as samples do, `[B, ...]`.

    Args:
      score: A function of outputs `[B, ...]`, such as D's score of them.
      start: The outputs to start from, `[B, ...]`.
      context: The projection, or another map to the next outputs.
      settings: The kind of gradient.
      step_size: The step size eta.
      steps: The number of steps.
    """
    return refine(
        score,
        start,
        step_size=step_size,
        steps=steps,
        normalized=settings.normalized_gradient,
        project=context.project,
        move=context.move,
    )


def adversarial_samples(
    context: SamplingContext, settings: SamplingSettings
) -> tf.Tensor:
    """Ascends the discriminator's own loss in y, towards outputs that it scores wrong.

    The loss is taken against the oracle value of the start. In one step, the default,
    that is the loss of Gygli et al. (2017), who take the value of the present y in each
    step. A third of the examples each starts at G(x), at the truth and at the space's
    initial output (no tags, equal shares of the classes), so that overestimated and
    underestimated outputs near and far from the truth are found. All three are
    feasible: a start that no walk meets would be a wasted sample.

    Args:
      context: The batch and the networks.
      settings: Steps and step size.

    Returns:
      Outputs `[B, ...]` in [0, 1].
    """
    start = random_starts(
        [context.y_generated, context.y_true, context.y_initial], context.seed
    )
    value = context.oracle(start, context.y_true)

    def loss(y: tf.Tensor) -> tf.Tensor:
        logits = context.logits(y)
        # The loss is a mean; an example's gradient must not shrink with the batch.
        entries = tf.cast(tf.size(logits), y.dtype)
        return entries * context.value_loss(ScoredOutputs(logits, value))

    return walk_up(
        loss,
        start,
        context,
        settings,
        step_size=settings.adversarial_step_size,
        steps=settings.adversarial_steps,
    )


def random_starts(
    starts: list[tf.Tensor], seed: tf.Tensor, shares: list[float] | None = None
) -> tf.Tensor:
    """Takes each example from one of `starts` at random.

    Args:
      starts: Outputs to choose from, `[B, ...]` each.
      seed: A seed for stateless random operations, `[2]`.
      shares: The probability of each; equal ones by default.

    Returns:
      Outputs `[B, ...]`.
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
