"""Several discriminators as one: their mean is wrong less often than each of them."""

from typing import Any

import keras
import tensorflow as tf

from ldrsp_tf.models.discriminator import Discriminator


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
        self.is_informed = members[0].is_informed
        self.answers = members[0].answers

    def call(self, inputs: tuple[tf.Tensor, ...], training: bool = False):
        """Scores of the mean logits."""
        for member in self.members:
            if not member.built:
                member(inputs)  # Keras takes a network for built after a call.
        return super().call(inputs, training)

    def features(self, x: tf.Tensor, training: bool = False) -> tuple[Any, ...]:
        """Those of each member."""
        return tuple(member.features(x, training) for member in self.members)

    def inform(
        self, features: tuple[Any, ...], generator_logits: tf.Tensor
    ) -> tuple[Any, ...]:
        """Each member is told the same."""
        return tuple(
            member.inform(part, generator_logits)
            for member, part in zip(self.members, features)
        )

    def own_logits(
        self, features: tuple[Any, ...], y: tf.Tensor, training: bool = False
    ) -> tf.Tensor:
        """Mean logits of what the members believe in, `[B, ...]`."""
        logits = [
            member.own_logits(part, y, training)
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
