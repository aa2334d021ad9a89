"""The trainer: one compiled step that alternates Eq. 10 and Eq. 6, for every method."""

import math
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from ldrsp_tf.data.augmentation import Augmentation
from ldrsp_tf.distribution.replicas import (
    Scalars,
    number_of_replicas,
    present_strategy,
    require_equal_shares,
    run_step,
    shares_of_mean,
)
from ldrsp_tf.distribution.workers import sync_from_chief
from ldrsp_tf.errors import UsageError
from ldrsp_tf.methods import Method
from ldrsp_tf.models.discriminator import Discriminator
from ldrsp_tf.models.own_losses import OwnLosses
from ldrsp_tf.prediction.network_pair import NetworkPair
from ldrsp_tf.settings import TrainingSettings
from ldrsp_tf.spaces.base import OutputSpace
from ldrsp_tf.training.building import build_discriminator, build_generator
from ldrsp_tf.training.discriminator_update import DiscriminatorUpdate
from ldrsp_tf.training.generator_loss import generator_loss
from ldrsp_tf.training.kept_values import KeptValues
from ldrsp_tf.training.optimizers import FusedAdam, make_optimizer
from ldrsp_tf.training.sample_mixer import SampleMixer
from ldrsp_tf.training.watching import watch_trainable


class Trainer(NetworkPair):
    """A pair of networks, their optimizers and the compiled step that trains them.

    Made and built in the scope of a `tf.distribute` strategy, as its networks have to
    be, it shares each batch among the strategy's replicas (`distribution.replicas`).

    Args:
      generator: A network from x `[B, ...]` to logits of the output. Without trainable
        weights it is left as it is, and D alone is trained; so is the `ConstantOutput`
        that takes its place in methods without a generator.
      discriminator: The discriminator; None for a method without one.
      method: The losses and sources of samples.
      space: The output space.
      settings: Learning rates and the other numbers of the training.
      seed: The seed of the data order and of every random draw of a step, except those
        of the networks' own layers. Draws are functions of `(seed, iteration)`, so a
        resumed run repeats them.
      augment: A random change of the inputs and outputs of a batch; None for none.

    Raises:
      UsageError: The method needs a discriminator, or has no such truth weight or
        margin.
    """

    def __init__(
        self,
        generator: keras.Model,
        discriminator: Discriminator | None,
        method: Method,
        space: OutputSpace,
        settings: TrainingSettings,
        seed: int = 0,
        augment: Augmentation | None = None,
    ):
        super().__init__(
            generator, discriminator, method, space, space.oracle_of(method, settings)
        )
        self.settings = settings
        self.seed = seed
        self.augment = augment
        self.strategy = present_strategy()
        self._built_mixer: SampleMixer | None = None
        self._is_regularized = False
        # Before `build`, since it refuses settings that the method does not have.
        self._discriminator_loss = (
            method.discriminator_loss_of(settings.truth_weight, settings.margin)
            if method.has_discriminator
            else None
        )
        self.generator_optimizer = make_optimizer(
            settings,
            settings.generator_learning_rate,
            settings.generator_weight_decay,
        )
        self.discriminator_optimizer = make_optimizer(
            settings,
            settings.discriminator_learning_rate,
            settings.discriminator_weight_decay,
        )

    def build(self, x: tf.Tensor, y: tf.Tensor) -> None:
        """Creates all variables from the examples, and keeps their initial values.

        Args:
          x: Training inputs, `[N, ...]`.
          y: True outputs, `[N, ...]`.

        Raises:
          UsageError: A network's output has the wrong shape; there is nothing to train;
            the strategy's replicas do not support the settings; a batch is too small
            for the discriminator.
        """
        self.check_batch(x.shape[0])
        self._batch_size = self.settings.rows_per_batch(x.shape[0])
        x, y = self.first_batch(x, y)
        self._built_mixer = SampleMixer(self.method, self.settings, self.strategy, x, y)
        self.trained_shape = tuple(y.shape[1:])
        share = self._batch_size // number_of_replicas(self.strategy)
        x, y = x[:share], y[:share]
        build_generator(self.generator, x, y)
        if not self._trains_generator and self.discriminator is None:
            raise UsageError(
                f"There is nothing to train: the generator has no trainable weights, "
                f"and method {self.method.name!r} has no discriminator."
            )
        self._is_regularized = self._trains_generator and bool(self.generator.losses)
        self.generator_optimizer.build(self.generator.trainable_variables)
        if self.discriminator is not None:
            build_discriminator(self, x, y)
            self.discriminator_optimizer.build(self.discriminator.trainable_variables)
        self._initial = KeptValues(self.variables)
        self._trained = self._trainable()

    def check_batch(self, rows: int) -> None:
        """Refuses rows whose batches are too small for the discriminator or replicas.

        Args:
          rows: The number of training rows.

        Raises:
          UsageError: They are.
        """
        batch = self.settings.rows_per_batch(rows)
        require_equal_shares(batch, self.strategy)
        if self.discriminator is not None:
            self.discriminator.check_batch(batch // number_of_replicas(self.strategy))

    def keeps_other_batches(self, rows: int) -> bool:
        """Returns whether samples are kept in batches of another size.

        Args:
          rows: The number of training rows.
        """
        batch = self.settings.rows_per_batch(rows)
        return self._mixer.keeps_batches and batch != self._batch_size

    def _trainable(self) -> list[list[int]]:
        """Returns the trainable variables of both networks, by their identities."""
        networks = [self.generator, self.discriminator]
        return [
            [id(variable) for variable in network.trainable_variables]
            for network in networks
            if network is not None
        ]

    @property
    def trains_as_built(self) -> bool:
        """Whether the variables to train are still those of `build`.

        Optimizers and compiled functions know these alone, whatever layers have been
        frozen or unfrozen since.
        """
        return self._trainable() == self._trained

    @property
    def _mixer(self) -> SampleMixer:
        assert self._built_mixer is not None, "the trainer is not built"
        return self._built_mixer

    @property
    def _discriminator_update(self) -> DiscriminatorUpdate:
        assert self._discriminator_loss is not None
        return DiscriminatorUpdate(
            self._discriminator_loss,
            self.space.target_of(self.method, self.settings),
            self._mixer,
            self.settings.penalty_weight,
        )

    @property
    def variables(self) -> list[keras.Variable]:
        """All state: weights, optimizers' moments, random streams of the layers."""
        parts = [self.generator, self.generator_optimizer]
        if self.discriminator is not None:
            parts += [self.discriminator, self.discriminator_optimizer]
        variables = [variable for part in parts for variable in part.variables]
        return variables + self._mixer.variables

    def reset(self) -> None:
        """Restores the state after `build`, keeping the compiled functions."""
        self._initial.put_back()

    def set_progress(self, share: float) -> None:
        """Sets both learning rates for an epoch.

        Args:
          share: The share of the whole training that is done, in [0, 1].
        """
        factor = 0.5 * (1.0 + math.cos(math.pi * share))
        if not self.settings.cosine_decay:
            factor = 1.0
        self.generator_optimizer.learning_rate = (
            factor * self.settings.generator_learning_rate
        )
        self.discriminator_optimizer.learning_rate = (
            factor * self.settings.discriminator_learning_rate
        )

    def order(self, rows: int, epoch: int) -> np.ndarray:
        """Returns the rows of every batch of an epoch, a function of seed and epoch.

        Rows that do not fill a last batch are left out; they differ from epoch to
        epoch.

        Args:
          rows: The number of training rows.
          epoch: The number of the epoch, from 0.

        Returns:
          Row numbers, `[steps, batch_size]`, int32.
        """
        batch = self.settings.rows_per_batch(rows)
        steps = self.settings.steps_per_epoch(rows)
        shuffled = np.random.default_rng((self.seed, epoch)).permutation(rows)
        return shuffled[: steps * batch].reshape(steps, batch).astype(np.int32)

    def train_epoch(self, x: tf.Tensor, y: tf.Tensor, epoch: int) -> dict[str, float]:
        """Trains on every row once.

        Args:
          x: Inputs, `[N, ...]`, of any numeric type.
          y: True outputs, `[N, ...]`, of any numeric type.
          epoch: The number of the epoch, from 0; it decides data order and draws.

        Returns:
          The mean of each scalar over the steps.

        Raises:
          UsageError: Other layers are trainable than in `build`; the rows do not fill
            equal shares of the replicas, or batches as samples are kept in.
        """
        if not self.trains_as_built:
            raise UsageError(
                "Layers were frozen or unfrozen during the training, which would not "
                "follow: do so between two calls of fit."
            )
        order = self.order(x.shape[0], epoch)
        require_equal_shares(order.shape[1], self.strategy)
        if self.keeps_other_batches(x.shape[0]):
            raise UsageError(
                f"The trainer was built for batches of {self._batch_size} examples, "
                f"which its samples are kept in, but {order.shape[1]} are given: build "
                "another trainer of the same networks for these."
            )
        first = tf.constant(epoch * order.shape[0], tf.int32)
        arguments = x, y, tf.constant(order), first
        self._trace(*arguments)
        means = self._train_steps(*arguments)
        # Averages of a user's batch normalization are of each replica's own rows.
        sync_from_chief(self.strategy, self._untrained_variables())
        return {name: float(value) for name, value in means.items()}

    def _trace(self, *arguments: tf.Tensor) -> None:
        """Traces `_train_steps` for any number of rows, which all folds then share.

        Args:
          *arguments: The arguments of the first call.
        """
        if tf.config.functions_run_eagerly():
            return
        *arrays, first = arguments
        specs = [tf.TensorSpec([None, *a.shape[1:]], a.dtype) for a in arrays]
        self._train_steps.get_concrete_function(*specs, first)

    @tf.function(reduce_retracing=True)
    def _train_steps(
        self, x: tf.Tensor, y: tf.Tensor, order: tf.Tensor, first: tf.Tensor
    ) -> Scalars:
        totals = {name: tf.constant(0.0) for name in self._scalar_names()}
        steps = tf.shape(order)[0]
        for step in tf.range(steps):
            batch = self.batch(x, y, order[step], first + step)
            scalars = run_step(self.strategy, self.train_step, *batch, first + step)
            totals = {name: totals[name] + scalars[name] for name in totals}
        return {k: total / tf.cast(steps, tf.float32) for k, total in totals.items()}

    def first_batch(self, x: tf.Tensor, y: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        """Returns the first rows as the batch of iteration 0, augmented.

        Args:
          x: Inputs, `[N, ...]`, of any numeric type.
          y: True outputs, `[N, ...]`, of any numeric type.
        """
        rows = tf.range(self.settings.rows_per_batch(x.shape[0]))
        return self.batch(x, y, rows, tf.constant(0))

    def batch(
        self, x: tf.Tensor, y: tf.Tensor, rows: tf.Tensor, iteration: tf.Tensor
    ) -> tuple[tf.Tensor, tf.Tensor]:
        """Gathers a batch in single precision, and augments it.

        Args:
          x: Inputs, `[N, ...]`, of any numeric type.
          y: True outputs, `[N, ...]`, of any numeric type.
          rows: The numbers of the batch's rows, `[B]`.
          iteration: The number of the iteration, from 0; it decides random draws.
        """
        x = tf.cast(tf.gather(x, rows), tf.float32)
        y = tf.cast(tf.gather(y, rows), tf.float32)
        if self.augment is None:
            return x, y
        seed = tf.random.experimental.stateless_fold_in([self.seed, 1], iteration)
        return self.augment(x, y, seed)

    def _untrained_variables(self) -> list[keras.Variable]:
        """Returns the networks' variables that a step changes without a gradient."""
        networks = [self.generator] if self._trains_generator else []
        if self.discriminator is not None:
            networks.append(self.discriminator)
        return [v for network in networks for v in network.non_trainable_variables]

    @property
    def _trains_generator(self) -> bool:
        """Whether G is trained: it is neither frozen nor without weights."""
        return bool(self.generator.trainable_variables)

    @property
    def _adapts_weight(self) -> bool:
        """Whether the adversarial term's weight is computed in each iteration."""
        is_adversarial = self.method.generator_loss is not None
        is_adaptive = self.settings.adversarial_share is not None
        return self._trains_generator and is_adversarial and is_adaptive

    def _scalar_names(self) -> tuple[str, ...]:
        is_adversarial = self.method.generator_loss is not None
        names = {
            "surrogate_loss": self._trains_generator,
            "adversarial_loss": self._trains_generator and is_adversarial,
            "adversarial_weight": self._adapts_weight,
            "discriminator_loss": self.discriminator is not None,
            "regularization_loss": self._is_regularized,
        }
        return tuple(name for name, there in names.items() if there)

    def train_step(
        self, x: tf.Tensor, y_true: tf.Tensor, iteration: tf.Tensor
    ) -> Scalars:
        """Updates G once (Eq. 6) and D as often as the method requires (Eq. 10).

        All updates share G(x), which is computed once: layers with averages see a
        batch once an iteration. The last update of D and the update of G start from the
        same weights, and share D's features of x, too.

        Args:
          x: Inputs, `[B, ...]`.
          y_true: True outputs, `[B, ...]`.
          iteration: The number of the iteration, from 0; it decides random draws.

        Returns:
          The losses before the update, scalars.
        """
        seed = tf.random.experimental.stateless_fold_in([self.seed, 0], iteration)
        scalars: Scalars = {}
        features: Any = None
        d_gradients: list[tf.Tensor | None] = []
        with tf.GradientTape(persistent=self._adapts_weight) as tape:
            watch_trainable(tape, self.generator)
            own_losses = OwnLosses(self.generator)
            logits = self.generator(x, training=self._trains_generator)
            y_generated = self.space.activation(logits)
            if self._trains_generator:
                own_losses.collect()
                scalars["surrogate_loss"] = self.space.surrogate_loss(logits, y_true)
                regularization = own_losses.total()
                if regularization is not None:
                    scalars["regularization_loss"] = regularization
            if self.discriminator is not None:
                with tape.stop_recording():
                    self._update_discriminator_first(x, y_true, logits, seed)
                    d_gradients, features, d_loss = (
                        self._discriminator_update.gradients(
                            self, x, y_true, logits, seed
                        )
                    )
                scalars["discriminator_loss"] = d_loss
            if self._trains_generator:
                loss = generator_loss(
                    self,
                    self.settings,
                    tape,
                    scalars,
                    features,
                    logits,
                    y_generated,
                )
        if self._trains_generator:
            gradients = tape.gradient(loss, self.generator.trainable_variables)
            self._apply(self.generator_optimizer, gradients, self.generator)
        if self.discriminator is not None:
            self._apply(self.discriminator_optimizer, d_gradients, self.discriminator)
        return scalars

    def _update_discriminator_first(
        self,
        x: tf.Tensor,
        y_true: tf.Tensor,
        generator_logits: tf.Tensor,
        seed: tf.Tensor,
    ) -> None:
        """Makes the updates of D that a method has beyond one an iteration."""
        for update in range(1, self.method.discriminator_updates):
            of_update = self._discriminator_update.gradients(
                self, x, y_true, generator_logits, seed + update
            )
            self._apply(
                self.discriminator_optimizer, of_update.gradients, self.discriminator
            )

    @staticmethod
    def _apply(
        optimizer: FusedAdam, gradients: list[tf.Tensor | None], model: keras.Model
    ) -> None:
        # A part that the loss does not depend on stays as it is but for weight decay.
        gradients = [
            tf.zeros_like(variable) if gradient is None else gradient
            for gradient, variable in zip(gradients, model.trainable_variables)
        ]
        optimizer.apply(shares_of_mean(gradients), model.trainable_variables)
