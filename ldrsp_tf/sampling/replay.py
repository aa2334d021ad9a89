"""Replay chains: inference samples from the whole length of a walk (Eq. 10)."""

import keras
import tensorflow as tf

from ldrsp_tf.sampling.sources import (
    Samples,
    SamplingContext,
    random_starts,
    walk_up,
)
from ldrsp_tf.settings import SamplingSettings


class ReplayChains:
    """A source that keeps batches (x, y*, y_t) and advances one of them at each visit.

    The paper's inference samples start at G(x) in each iteration, so that a walk as
    long as that of the test costs as many steps for each update. A kept batch costs a
    few steps, and yet D is trained on every part of the walk, also the late one, where
    its errors add up. Chains start at mixed places, because G(x) is nearly perfect on
    rows that D and G were trained on, and not on test rows.

    Args:
      settings: The number of batches, the steps of a visit and the length of a chain.
      x: Inputs of one batch, for their shape and type, `[B, ...]`.
      y: Outputs of one batch, `[B, ...]`.
    """

    keeps_batches = True

    def __init__(self, settings: SamplingSettings, x: tf.Tensor, y: tf.Tensor):
        def keep(like: tf.Tensor) -> keras.Variable:
            shape = (settings.chain_batches, *like.shape)
            return keras.Variable(tf.zeros(shape), trainable=False)

        self._settings = settings
        self._x, self._y, self._y_true = keep(x), keep(y), keep(y)
        # Steps made; a chain that was never started is like one at its end.
        self._age = keras.Variable(
            tf.fill([settings.chain_batches], settings.chain_length), trainable=False
        )

    @property
    def variables(self) -> list[keras.Variable]:
        """The kept batches and the steps made in each, for checkpoints."""
        return [self._x, self._y, self._y_true, self._age]

    def __call__(self, context: SamplingContext) -> Samples:
        """Advances one chain and returns its present outputs.

        Args:
          context: The present batch, from which a new chain starts, and D.

        Returns:
          The samples of a kept batch, which need not be the present one.
        """
        settings = self._settings
        seeds = tf.random.experimental.stateless_split(context.seed, 2)
        slot = tf.random.stateless_uniform(
            [], seeds[0], maxval=settings.chain_batches, dtype=tf.int32
        )
        age = self._age.value[slot]
        ended = age >= settings.chain_length
        x, start, y_true = tf.cond(
            ended,
            lambda: (context.x, mixed_starts(context, seeds[1]), context.y_true),
            lambda: (
                self._x.value[slot],
                self._y.value[slot],
                self._y_true.value[slot],
            ),
        )
        logits = context.logits_for(x)
        y = walk_up(
            lambda y: tf.sigmoid(logits(y)),
            start,
            context,
            settings,
            step_size=settings.inference_step_size,
            steps=settings.chain_steps,
        )
        following = tf.where(ended, 0, age) + settings.chain_steps
        kept = (x, y, y_true, following)
        for variable, value in zip(self.variables, kept):
            variable.value.scatter_update(tf.IndexedSlices(value, slot))
        return Samples(x, y, y_true)


def mixed_starts(context: SamplingContext, seed: tf.Tensor) -> tf.Tensor:
    """Draws outputs that a walk may pass through.

    They are G(x) (40 %), the center of the outputs (15 %), which is one half for tags
    and 1 / C for C classes, a blend of G(x) with another example's truth (25 %), and
    another example's G(x) (20 %). Without a generator, the space's initial output,
    where the walks of a test begin, is in the place of G(x).

    Args:
      context: The batch.
      seed: A seed for stateless random operations, `[2]`.

    Returns:
      Outputs `[B, ...]`.
    """
    seeds = tf.random.experimental.stateless_split(seed, 2)
    shape = [tf.shape(context.x)[0]] + [1] * (context.y_true.shape.rank - 1)
    weight = tf.random.stateless_uniform(shape, seeds[0])
    blend = weight * context.y_generated + (1.0 - weight) * tf.roll(
        context.y_true, 1, 0
    )
    starts = [
        context.y_generated,
        context.project(0.5 * tf.ones_like(context.y_true)),
        blend,
        tf.roll(context.y_generated, 1, 0),
    ]
    return random_starts(starts, seeds[1], shares=[0.40, 0.15, 0.25, 0.20])
