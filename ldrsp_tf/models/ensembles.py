"""Several networks as one: cross-fitted generators, and a mean of discriminators.

A generator is nearly perfect on the rows that it was trained on, and a discriminator
that meets it there learns nothing of the errors of a test. Of K generators, each is
trained without one part (fold) of the rows; on that part it errs as on a test. Where D
has learned from these, generators that have seen all rows may take their place, as the
estimators of a stacking do.
"""

from collections.abc import Sequence
from typing import Any

import keras
import tensorflow as tf

from ldrsp_tf.data.folds import fold_of_inputs, without_fold
from ldrsp_tf.models.discriminator import Discriminator

_NETWORKS = ("members", "refitted")


@keras.saving.register_keras_serializable(package="ldrsp_tf")
class CrossFitted(keras.Model):
    """K generators as one, which never answers for a row that it was trained on.

    Inputs with a fold (`append_fold_channel`) are answered by the member that has not
    seen that fold, others by the mean of all members' logits, or of those of
    `refitted`.

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


@keras.saving.register_keras_serializable(package="ldrsp_tf")
class MeanDiscriminator(Discriminator):
    """Logits that are the mean of the members'.

    In training, each example of a batch is judged by one member alone. They learn from
    different examples, so that their errors differ, and a step is one of them all.

    Args:
      members: Alike but for their weights.
    """

    def __init__(self, members: list[Discriminator], **kwargs):
        super().__init__(**kwargs)
        self.members = list(members)
        self.is_conditioned = members[0].is_conditioned
        self.can_predict = members[0].answers

    def call(self, inputs: tuple[tf.Tensor, ...], training: bool = False):
        """Scores of the mean logits."""
        for member in self.members:
            if not member.built:
                member(inputs)  # Keras takes a network for built after a call.
        return super().call(inputs, training)

    def features(self, x: tf.Tensor, training: bool = False) -> tuple[Any, ...]:
        """Those of each member."""
        return tuple(member.features(x, training) for member in self.members)

    def condition_on(
        self, features: tuple[Any, ...], generator_logits: tf.Tensor
    ) -> tuple[Any, ...]:
        """Each member is told the same."""
        return tuple(
            member.condition_on(part, generator_logits)
            for member, part in zip(self.members, features)
        )

    def predict_logits(
        self, features: tuple[Any, ...], y: tf.Tensor, training: bool = False
    ) -> tf.Tensor:
        """Mean logits of what the members believe in, `[B, ...]`."""
        logits = [
            member.predict_logits(part, y, training)
            for member, part in zip(self.members, features)
        ]
        return _joined(logits, training)

    def logits(
        self, features: tuple[Any, ...], y: tf.Tensor, training: bool = False
    ) -> tf.Tensor:
        """Mean logits `[B]` or `[B, H, W]`; in training one member's of each row."""
        logits = [
            member.logits(part, y, training)
            for member, part in zip(self.members, features)
        ]
        return _joined(logits, training)

    def get_config(self) -> dict[str, Any]:
        """The members."""
        members = [keras.saving.serialize_keras_object(m) for m in self.members]
        return {"members": members, "name": self.name}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> "MeanDiscriminator":
        """What `get_config` describes."""
        members = map(keras.saving.deserialize_keras_object, config["members"])
        return cls(**{**config, "members": list(members)})


def _joined(logits: list[tf.Tensor], training: bool) -> tf.Tensor:
    if not training:
        return tf.add_n(logits) / len(logits)
    stacked = tf.stack(logits, 1)
    # The order of a batch is drawn anew in each epoch, and with it who judges a row.
    member = tf.range(tf.shape(stacked)[0]) % len(logits)
    return tf.gather(stacked, member, axis=1, batch_dims=1)
