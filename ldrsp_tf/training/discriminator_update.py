"""D's update: the loss of Eq. 10 on true, generated and sampled outputs of a batch."""

import dataclasses
from collections.abc import Mapping
from typing import Any, NamedTuple

import tensorflow as tf

from ldrsp_tf.losses.ldrsp import ScoredOutputs
from ldrsp_tf.methods import DiscriminatorLoss
from ldrsp_tf.models.discriminator import Discriminator
from ldrsp_tf.models.own_losses import OwnLosses
from ldrsp_tf.oracles import Oracle
from ldrsp_tf.prediction.network_pair import NetworkPair
from ldrsp_tf.sampling.sources import Samples, SamplingContext
from ldrsp_tf.training.sample_mixer import SampleMixer
from ldrsp_tf.training.watching import watch_trainable


class DiscriminatorGradients(NamedTuple):
    """The gradients of one update of D.

    Attributes:
      gradients: One a trainable variable of D; None where the loss does not depend on
        it.
      features: D's features of x, by which the outputs were scored, as constants.
      loss: The loss, a scalar.
    """

    gradients: list[tf.Tensor | None]
    features: Any
    loss: tf.Tensor


@dataclasses.dataclass(frozen=True)
class DiscriminatorUpdate:
    """The loss of D and its samples, for any batch.

    Attributes:
      loss: The loss of the groups of outputs, without a penalty.
      target: The values that the loss compares scores with: those of the oracle, but
        for max-margin methods (`OutputSpace.target_of`).
      mixer: The sources of samples.
      penalty_weight: The weight of the method's penalty, if it has one.
    """

    loss: DiscriminatorLoss
    target: Oracle
    mixer: SampleMixer
    penalty_weight: float

    def gradients(
        self,
        pair: NetworkPair,
        x: tf.Tensor,
        y_true: tf.Tensor,
        generator_logits: tf.Tensor,
        seed: tf.Tensor,
    ) -> DiscriminatorGradients:
        """Returns the gradients of D's loss (Eq. 10).

        Args:
          pair: The networks.
          x: Inputs, `[B, ...]`.
          y_true: True outputs, `[B, ...]`.
          generator_logits: G's logits of `x`, of the shape of `y_true`.
          seed: A seed of the random draws, `[2]`.
        """
        discriminator, method = pair.require_discriminator(), pair.method
        own_losses = OwnLosses(discriminator)
        y_generated = tf.stop_gradient(pair.space.activation(generator_logits))
        with tf.GradientTape() as tape:
            watch_trainable(tape, discriminator)
            of_x = pair.features(x, generator_logits, training=True)
            own_losses.collect()
            fixed = tf.nest.map_structure(tf.stop_gradient, of_x)
            start = Samples(x, y_generated, y_true)
            groups = {"real": Samples(x, y_true, y_true)}
            if method.has_generator:
                groups["generated"] = start
            features = dict.fromkeys(groups, of_x)
            if self.mixer.has_sources:
                with tape.stop_recording():
                    drawn = self._draw_samples(pair, fixed, start, seed)
                own_losses.discard()
                groups["samples"] = drawn
                features["samples"] = (
                    pair.features(drawn.x, training=True)
                    if self.mixer.keeps_batches
                    else of_x
                )
                own_losses.collect()
            logits = _logits_of(discriminator, features, groups)
            own_losses.collect()
            loss = self._loss_of(groups, logits)
            if method.penalty is not None:
                loss += self.penalty_weight * method.penalty(
                    lambda y: discriminator.logits(of_x, y, training=True),
                    y_true,
                    y_generated,
                    tf.random.experimental.stateless_fold_in(seed, 1),
                )
            regularization = own_losses.total()
            if regularization is not None:
                loss += regularization
        gradients = tape.gradient(loss, discriminator.trainable_variables)
        return DiscriminatorGradients(gradients, fixed, loss)

    def _loss_of(self, groups: dict[str, Samples], logits: tf.Tensor) -> tf.Tensor:
        """Returns the loss of all groups' logits, which stand one after another."""
        parts = dict(zip(groups, tf.split(logits, len(groups))))
        scored = {
            name: ScoredOutputs(parts[name], self.target(group.y, group.y_true))
            for name, group in groups.items()
        }
        return self.loss(scored["real"], scored.get("generated"), scored.get("samples"))

    def _draw_samples(
        self, pair: NetworkPair, features: Any, start: Samples, seed: tf.Tensor
    ) -> Samples:
        """Draws samples of one source of the method, chosen by its share."""
        discriminator = pair.require_discriminator()
        seeds = tf.random.experimental.stateless_split(seed, 2)
        context = SamplingContext(
            x=start.x,
            logits=lambda y: discriminator.logits(features, y),
            logits_for=pair.logits_for,
            y_generated=start.y,
            y_true=start.y_true,
            y_initial=pair.space.initial_output(start.y_true),
            oracle=self.target,
            value_loss=pair.method.value_loss,
            project=pair.space.project,
            seed=seeds[0],
            move=pair.space.move_of(pair.method),
        )
        return self.mixer.draw(context, seeds[1])


def _logits_of(
    discriminator: Discriminator,
    features: Mapping[str, Any],
    groups: Mapping[str, Samples],
) -> tf.Tensor:
    """Scores all groups in one pass: batch statistics, if any, are of their mixture."""
    joined = tf.nest.map_structure(lambda *p: tf.concat(p, 0), *features.values())
    y = tf.concat([group.y for group in groups.values()], 0)
    return discriminator.logits(joined, y, training=True)
