"""The choice among a method's sources of samples in each iteration."""

import functools

import keras
import tensorflow as tf

from ldrsp_tf.distribution.replicas import number_of_replicas
from ldrsp_tf.errors import UsageError
from ldrsp_tf.methods import Method
from ldrsp_tf.sampling.sources import Samples, SamplingContext
from ldrsp_tf.settings import TrainingSettings


class SampleMixer:
    """The sources of a method that have a share, one of which is drawn at a time.

    Args:
      method: The method, with its sources and their shares.
      settings: Settings that may change the shares.
      strategy: The strategy whose replicas draw samples; None without one.
      x: Inputs of one batch, `[B, ...]`.
      y: Outputs of one batch, `[B, ...]`.

    Raises:
      UsageError: There are not as many shares as sources; no source has a share, and
        the method has no generator; or a source keeps batches, which several replicas
        cannot.

    Attributes:
      keeps_batches: Whether a source keeps batches: its samples then have inputs of
        their own.
    """

    def __init__(
        self,
        method: Method,
        settings: TrainingSettings,
        strategy: tf.distribute.Strategy | None,
        x: tf.Tensor,
        y: tf.Tensor,
    ):
        shares = settings.source_shares
        if shares is None:
            shares = tuple(share for share, _ in method.sources)
        if len(shares) != len(method.sources):
            raise UsageError(
                f"Method {method.name!r} has {len(method.sources)} sources of samples, "
                f"but {len(shares)} shares are given."
            )
        # A source without a share would cost memory, and D a second pass over x.
        used = [
            (share, make_source(settings.sampling, x, y))
            for share, (_, make_source) in zip(shares, method.sources)
            if share > 0.0
        ]
        if not used and not method.has_generator:
            raise UsageError(
                f"Method {method.name!r} has no generator, and the shares of all its "
                "sources of samples are 0, so that its discriminator has no outputs to "
                "learn from but the true ones; give one source a share above 0 "
                "(source_shares)."
            )
        self._shares = [share for share, _ in used]
        self._sources = [source for _, source in used]
        self.keeps_batches = any(source.keeps_batches for source in self._sources)
        replicas = number_of_replicas(strategy)
        if self.keeps_batches and replicas > 1:
            raise UsageError(
                f"Replay chains keep whole batches, and each of {replicas} replicas "
                "sees a part of one; give the chains a share of 0 (source_shares)."
            )

    @property
    def has_sources(self) -> bool:
        """Whether there are samples at all."""
        return bool(self._sources)

    @property
    def variables(self) -> list[keras.Variable]:
        """The state of all sources, for checkpoints."""
        return [variable for source in self._sources for variable in source.variables]

    def draw(self, context: SamplingContext, seed: tf.Tensor) -> Samples:
        """Draws samples of one source.

        Args:
          context: The batch and the networks.
          seed: A seed of the choice by shares, `[2]`.
        """
        chosen = tf.random.stateless_categorical(
            tf.math.log([tf.constant(self._shares, tf.float32)]), 1, seed, tf.int32
        )[0, 0]
        branches = [functools.partial(source, context) for source in self._sources]
        return tf.switch_case(chosen, branches)
