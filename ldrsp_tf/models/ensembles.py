"""Several networks as one: cross-fitted generators, and a mean of discriminators.

A generator is nearly perfect on the rows that it was trained on, and a discriminator
that is trained on its outputs there learns nothing of its errors on test rows. Of K
generators, each is trained without one part (fold) of the rows; on that part its errors
are those of a test. Once D has learned from these out-of-fold outputs, generators
trained on all rows may take their place, as the estimators of a stacking do.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

import keras
import tensorflow as tf

from ldrsp_tf.errors import UsageError
from ldrsp_tf.models.discriminator import Discriminator
from ldrsp_tf.models.fold_channel import fold_of_inputs, without_fold
from ldrsp_tf.models.output_kind import infer_from_logits
from ldrsp_tf.settings import require_counts

_NETWORKS = ("members", "refitted")


@keras.saving.register_keras_serializable(package="ldrsp_tf")
class CrossFitted(keras.Model):
    """K generators as one; a row is predicted by the member that has not seen it.

    Inputs with a fold channel are predicted by the member that was trained without that
    fold, inputs without one by the mean logits of all members, or of `refitted`.

    Args:
      members: Models that output logits; member k was trained without fold k.
      channels: F, the size of the last axis of an input without a fold.
      refitted: Models of the same kind that were trained on all rows; if there are any,
        they predict inputs without a fold instead of the members.

    Raises:
      UsageError: There is no member, or the number of channels is no whole
        number of at least 1.
    """

    def __init__(
        self,
        members: Sequence[keras.Model],
        channels: int,
        refitted: Sequence[keras.Model] = (),
        **kwargs: Any,
    ):
        # A low precision set for all of Keras must not round the members' inputs.
        super().__init__(**{"dtype": "float32", **kwargs})
        require_counts(channels=channels)
        if not members:
            raise UsageError(
                "A CrossFitted generator has no members: give a model of each fold."
            )
        self.members = list(members)
        self.refitted = list(refitted)
        self.channels = channels

    @property
    def from_logits(self) -> bool | None:
        """Whether all networks output logits; None if that is unknown or differs."""
        kinds = {infer_from_logits(m) for m in (*self.members, *self.refitted)}
        return kinds.pop() if len(kinds) == 1 else None

    def call(self, x: tf.Tensor, training: bool = False) -> tf.Tensor:
        """Returns logits `[B, ...]` of inputs `[B, ..., F]` or `[B, ..., F + 1]`."""
        folds = fold_of_inputs(x, self.channels)
        inputs = without_fold(x, self.channels)
        for network in (*self.members, *self.refitted):
            if not network.built:
                network(inputs)  # Not all of them are called below.
        used = self.members if folds is not None else self.refitted or self.members
        logits = [network(inputs, training=training) for network in used]
        if folds is None:
            return tf.add_n(logits) / len(logits)
        return tf.gather(tf.stack(logits, 1), folds, axis=1, batch_dims=1)

    def get_config(self) -> dict[str, Any]:
        """Returns the networks and the number of channels, for Keras' saving."""
        networks = {
            name: [keras.saving.serialize_keras_object(m) for m in getattr(self, name)]
            for name in _NETWORKS
        }
        return {**networks, "channels": self.channels, "name": self.name}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> "CrossFitted":
        """Makes the model that `get_config` describes."""
        networks = {
            # Files of older versions have no refitted networks.
            name: [keras.saving.deserialize_keras_object(m) for m in config[name]]
            for name in _NETWORKS
            if name in config
        }
        return cls(**{**config, **networks})


class MemberFeatures(NamedTuple):
    """Features of x of several discriminators.

    Attributes:
      parts: The features of each member.
      member: The number of the member that each example trains, `[B]`, int32.
    """

    parts: tuple[Any, ...]
    member: tf.Tensor


@keras.saving.register_keras_serializable(package="ldrsp_tf")
class MeanDiscriminator(Discriminator):
    """The mean logits of several discriminators, which overestimates less than one.

    In training, each example of a batch trains one member alone, by all of its outputs.
    The members learn from different examples, so that their errors differ, and one step
    trains all of them. So a batch needs as many examples as there are members.

    Args:
      members: Discriminators that differ in their weights alone.

    Raises:
      UsageError: There is no member.
    """

    def __init__(self, members: Sequence[Discriminator], **kwargs: Any):
        super().__init__(**kwargs)
        if not members:
            raise UsageError("A MeanDiscriminator has no members: give one or more.")
        self.members = list(members)
        self.is_conditioned = members[0].is_conditioned
        self.can_predict = members[0].can_predict

    def call(self, inputs: tuple[tf.Tensor, ...], training: bool = False) -> tf.Tensor:
        """Returns the scores of the mean logits, `[B]` or `[B, H, W]`."""
        for member in self.members:
            if not member.built:
                member(inputs)  # Keras marks a network as built after a call.
        return super().call(inputs, training)

    def check_batch(self, examples: int) -> None:
        """Refuses batches with fewer examples than members: some would never train."""
        if examples < len(self.members):
            raise UsageError(
                f"A MeanDiscriminator of {len(self.members)} members trains one of "
                f"them by each example, but a batch has {examples} (in each replica): "
                "give larger batches (batch_size) or more examples, or fewer members."
            )

    @property
    def trainable_weights(self) -> list[keras.Variable]:
        """The trainable weights of all members, which may choose them themselves."""
        return [w for member in self.members for w in member.trainable_weights]

    def features(self, x: tf.Tensor, training: bool = False) -> MemberFeatures:
        """Returns the features of each member, and the member of each example.

        The order of a batch is drawn anew in each epoch, and with it the member of an
        example.
        """
        parts = tuple(member.features(x, training) for member in self.members)
        return MemberFeatures(parts, tf.range(tf.shape(x)[0]) % len(parts))

    def condition_on(
        self, features: MemberFeatures, generator_logits: tf.Tensor
    ) -> MemberFeatures:
        """Returns the features of each member, conditioned on G's logits."""
        parts = tuple(
            member.condition_on(part, generator_logits)
            for member, part in zip(self.members, features.parts)
        )
        return features._replace(parts=parts)

    def predict_logits(
        self, features: MemberFeatures, y: tf.Tensor, training: bool = False
    ) -> tf.Tensor:
        """Returns the mean logits of the members' own predictions, `[B, ...]`."""
        logits = [
            member.predict_logits(part, y, training)
            for member, part in zip(self.members, features.parts)
        ]
        return _joined(logits, features.member, training)

    def logits(
        self, features: MemberFeatures, y: tf.Tensor, training: bool = False
    ) -> tf.Tensor:
        """Returns mean logits `[B]` or `[B, H, W]`; in training one member's a row."""
        logits = [
            member.logits(part, y, training)
            for member, part in zip(self.members, features.parts)
        ]
        return _joined(logits, features.member, training)

    def get_config(self) -> dict[str, Any]:
        """Returns the members, for Keras' saving."""
        members = [keras.saving.serialize_keras_object(m) for m in self.members]
        return {"members": members, "name": self.name}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> "MeanDiscriminator":
        """Makes the discriminator that `get_config` describes."""
        members = map(keras.saving.deserialize_keras_object, config["members"])
        return cls(**{**config, "members": list(members)})


def _joined(logits: list[tf.Tensor], member: tf.Tensor, training: bool) -> tf.Tensor:
    if not training:
        return tf.add_n(logits) / len(logits)
    return tf.gather(tf.stack(logits, 1), member, axis=1, batch_dims=1)
