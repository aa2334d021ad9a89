"""Out-of-fold outputs: D learns from errors that G makes on rows it has not seen.

A generator is nearly perfect on the rows that it was trained on, and a discriminator
that meets it there learns nothing of the errors of a test. Of K generators, each is
trained without one part (fold) of the rows; on that part it errs as on a test. Where D
has learned from these, generators that have seen all rows may take their place, as the
estimators of a stacking do.
"""

from collections.abc import Sequence
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from ldrsp_tf.errors import UsageError
from ldrsp_tf.models.discriminator import Discriminator

_NETWORKS = ("members", "refitted")

_MOST = 255  # Folds that a byte can tell apart, as inputs may be bytes.


def fold_of_rows(rows: int, folds: int, seed: int) -> np.ndarray:
    """The fold of each row, `[rows]`, in [0, folds); folds differ by one row at most.

    Raises:
      UsageError: There are fewer rows than folds, or folds than 2.
    """
    if not 2 <= folds <= min(rows, _MOST):
        raise UsageError(
            f"{rows} training rows cannot be divided into {folds} folds; give 2 or "
            "more, and not more than rows (or 255)."
        )
    return np.random.default_rng((seed, 2)).permutation(rows) % folds


def with_folds(x: np.ndarray, folds: np.ndarray) -> np.ndarray:
    """Inputs that carry the fold of their row as a last feature or channel.

    Args:
      x: `[N, ..., F]`.
      folds: `[N]`.

    Returns:
      `[N, ..., F + 1]`, of the type of x, or the next that holds a byte. Whatever
      crops, mirrors, interpolates or gathers them takes the fold along.
    """
    carried = np.broadcast_to(
        folds.reshape(-1, *[1] * (x.ndim - 1)), (*x.shape[:-1], 1)
    )
    kind = np.result_type(x.dtype, np.uint8)
    return np.concatenate([x, carried], axis=-1, dtype=kind, casting="unsafe")


@keras.saving.register_keras_serializable(package="ldrsp_tf")
class CrossFitted(keras.Model):
    """K generators as one, which never answers for a row that it was trained on.

    Inputs with a fold (`with_folds`) are answered by the member that has not seen that
    fold, others by the mean of all members' logits, or of those of `refitted`.

    Args:
      members: Give logits of outputs; member k has not seen fold k.
      channels: F, the size of the last axis of an input without a fold.
      refitted: Alike, but trained on all rows; if there are any, they answer for new
        inputs, instead of the members.
    """

    def __init__(
        self,
        members: list[keras.Model],
        channels: int,
        refitted: Sequence[keras.Model] = (),
        **kwargs,
    ):
        super().__init__(**kwargs)
        self.members = list(members)
        self.refitted = list(refitted)
        self.channels = channels

    def call(self, x: tf.Tensor, training: bool = False) -> tf.Tensor:
        """Logits `[B, ...]` of inputs `[B, ..., F]` or `[B, ..., F + 1]`."""
        folds = fold_of_inputs(x, self.channels)
        inputs = without_fold(x, self.channels)
        for network in (*self.members, *self.refitted):
            if not network.built:
                network(inputs)  # The others' inputs may be long in coming.
        answering = self.members if folds is not None else self.refitted or self.members
        logits = [network(inputs, training=training) for network in answering]
        if folds is None:
            return tf.add_n(logits) / len(logits)
        return tf.gather(tf.stack(logits, 1), folds, axis=1, batch_dims=1)

    def get_config(self) -> dict[str, Any]:
        """The networks, and what tells a fold."""
        networks = {
            name: [keras.saving.serialize_keras_object(m) for m in getattr(self, name)]
            for name in _NETWORKS
        }
        return {**networks, "channels": self.channels, "name": self.name}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> "CrossFitted":
        """What `get_config` describes."""
        networks = {
            # Of one that was saved before there were refitted networks: none.
            name: [keras.saving.deserialize_keras_object(m) for m in config[name]]
            for name in _NETWORKS
            if name in config
        }
        return cls(**{**config, **networks})


class FoldBlind(Discriminator):
    """A discriminator that is not shown the fold of an input.

    Args:
      discriminator: What it does is what this one does.
      channels: F, the size of the last axis of an input without a fold.
    """

    def __init__(self, discriminator: Discriminator, channels: int, **kwargs):
        super().__init__(**kwargs)
        self.discriminator = discriminator
        self.is_informed = discriminator.is_informed
        self.answers = discriminator.answers
        self._channels = channels

    def call(self, inputs: tuple[tf.Tensor, ...], training: bool = False):
        """Scores of the input without its fold."""
        x, *others = inputs
        x = without_fold(x, self._channels)
        return self.discriminator((x, *others), training=training)

    def features(self, x: tf.Tensor, training: bool = False) -> Any:
        """Those of the input without its fold."""
        x = without_fold(x, self._channels)
        return self.discriminator.features(x, training)

    def inform(self, features: Any, generator_logits: tf.Tensor) -> Any:
        """As the discriminator."""
        return self.discriminator.inform(features, generator_logits)

    def own_logits(
        self, features: Any, y: tf.Tensor, training: bool = False
    ) -> tf.Tensor:
        """As the discriminator."""
        return self.discriminator.own_logits(features, y, training)

    def logits(self, features: Any, y: tf.Tensor, training: bool = False) -> tf.Tensor:
        """As the discriminator."""
        return self.discriminator.logits(features, y, training)


def without_fold(x: tf.Tensor, channels: int) -> tf.Tensor:
    """Inputs `[B, ..., F]` of such as may carry a fold."""
    return x[..., :channels]


def fold_of_inputs(x: tf.Tensor, channels: int) -> tf.Tensor | None:
    """The fold of each input, `[B]`; None where inputs carry none."""
    if x.shape[-1] == channels:
        return None
    carried = tf.reshape(x[..., channels], [tf.shape(x)[0], -1])[:, 0]
    # Images that were interpolated have a fold that is not quite whole.
    return tf.cast(tf.round(tf.cast(carried, tf.float32)), tf.int32)
