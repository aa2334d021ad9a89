"""The sources of samples that a method has, and the choice of one in each iteration."""

import functools
import inspect

import keras
import tensorflow as tf

from ldrsp_tf.distribution.replicas import number_of_replicas
from ldrsp_tf.errors import UsageError
from ldrsp_tf.methods import Method
from ldrsp_tf.sampling.sources import Samples, SamplingContext
from ldrsp_tf.settings import TrainingSettings


class SampleMixer:
    """The method's sources that have a share, with the state that some keep.

    Args:
      method: Has the sources.
      settings: May change their shares.
      strategy: Whose replicas draw from them.
      x: Inputs of one batch, `[B, ...]`.
      y: Outputs of one batch, `[B, ...]`.

    Raises:
      UsageError: There are not as many shares as sources, or a source keeps batches,
        which several replicas cannot.

    Attributes:
      keep_batches: Whether some do: their samples have inputs of their own.
    """

    def __init__(
        self,
        method: Method,
        settings: TrainingSettings,
        strategy: tf.distribute.Strategy | None,
        x: tf.Tensor,
        y: tf.Tensor,
    ):
        self._settings = settings.sampling
        shares = settings.source_shares
        if shares is None:
            shares = [share for share, _ in method.sources]
        if len(shares) != len(method.sources):
            raise UsageError(
                f"Method {method.name!r} has {len(method.sources)} sources of samples, "
                f"but {len(shares)} shares are given."
            )
        used = [
            (share, source)
            for share, (_, source) in zip(shares, method.sources)
            if share > 0.0
        ]
        replicas = number_of_replicas(strategy)
        self.keep_batches = any(inspect.isclass(source) for _, source in used)
        if self.keep_batches and replicas > 1:
            raise UsageError(
                f"Replay chains keep whole batches, and each of {replicas} replicas "
                "sees a part of one; give the chains a share of 0 (source_shares)."
            )
        self._shares = [share for share, _ in used]
        self._sources = [
            source(self._settings, x, y) if inspect.isclass(source) else source
            for _, source in used
        ]

    @property
    def are_any(self) -> bool:
        """Whether the method has samples at all."""
        return bool(self._sources)

    @property
    def variables(self) -> list[keras.Variable]:
        """The batches that some keep."""
        return [
            variable
            for source in self._sources
            for variable in getattr(source, "variables", ())
        ]

    def draw_from_one(self, context: SamplingContext, seed: tf.Tensor) -> Samples:
        """Samples of one source, chosen by its share and a seed `[2]`."""
        chosen = tf.random.stateless_categorical(
            tf.math.log([tf.constant(self._shares, tf.float32)]), 1, seed, tf.int32
        )[0, 0]
        branches = [
            functools.partial(source, context, self._settings)
            for source in self._sources
        ]
        return tf.switch_case(chosen, branches)
