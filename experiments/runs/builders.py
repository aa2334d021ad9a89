"""From a configuration to a refiner."""

import contextlib
import dataclasses
import functools
from collections.abc import Iterator, Sequence

import keras
import numpy as np
import tensorflow as tf

from experiments.tasks.config import Config
from experiments.tasks.task import Examples, Task
from ldrsp_tf.controls import discriminator_trainer
from ldrsp_tf.data.folds import assign_folds
from ldrsp_tf.errors import UsageError
from ldrsp_tf.losses.ldrsp import ldrsp_discriminator_loss
from ldrsp_tf.methods import Method, get_method
from ldrsp_tf.models.ensembles import CrossFitted, MeanDiscriminator
from ldrsp_tf.refiner.refiner import Refiner
from ldrsp_tf.settings import SamplingSettings, TrainingSettings
from ldrsp_tf.training.trainer import Trainer


def build_refiner(
    task: Task,
    config: Config,
    examples: Examples,
    cross_fitted: CrossFitted | None = None,
) -> Refiner:
    """A new refiner, whose weights are a function of the configuration's seed.

    Args:
      task: What is learned.
      config: How.
      examples: What the networks are built for.
      cross_fitted: The generator of a cross-fitted run; a new one by default.
    """
    method = get_method(config.method)
    if config.refit and not config.folds:
        raise UsageError("--refit is of cross-fitted runs; give --folds, too.")
    if config.folds and not (method.has_generator and method.has_discriminator):
        raise UsageError(
            f"--folds is of methods with a generator and a discriminator, which "
            f"{config.method!r} does not have both."
        )
    if config.folds and cross_fitted is None:
        members = build_members(task, config, examples)
        cross_fitted = cross_fit(
            members, build_refitted(task, config, examples), examples
        )
    keras.utils.set_random_seed(config.seed)
    with _layers_of(config.precision):
        generator, discriminator = task.family.networks(config, examples)
        if config.discriminators > 1:
            others = [
                task.family.networks(config, examples)[1]
                for _ in range(config.discriminators - 1)
            ]
            discriminator = MeanDiscriminator([discriminator, *others])
    if config.binarised_oracle is not None:
        method = dataclasses.replace(method, binarised_oracle=config.binarised_oracle)
    if config.truth_weight is not None:
        method = _with_truth_weight(method, config.truth_weight)
    if config.folds:
        generator = cross_fitted
    refiner = Refiner(
        generator if method.has_generator else None,
        task.family.space(config),
        frozen=bool(config.folds),
        discriminator=discriminator if method.has_discriminator else None,
        method=method,
        settings=training_settings(config),
        grid=config.refinement_grid(),
        crops=task.family.crops(config, final=True),
        augment=task.family.augmentation(config),
        seed=config.seed,
    )
    # The weights depend on shapes alone: any fold will do.
    refiner.build(examples, np.zeros(len(examples.x), int) if config.folds else None)
    return refiner


def _with_truth_weight(method: Method, weight: float) -> Method:
    loss = method.discriminator_loss
    # Other losses have no such term; a functools.partial tells what it is of.
    if getattr(loss, "func", loss) is not ldrsp_discriminator_loss:
        raise UsageError(
            f"--truth_weight is of the ldrsp methods, and {method.name!r} is none."
        )
    loss = functools.partial(loss, truth_weight=weight)
    return dataclasses.replace(method, discriminator_loss=loss)


def build_members(task: Task, config: Config, examples: Examples) -> list[Refiner]:
    """The generators that a cross-fitted run begins with, each in its own trainer."""
    return [
        build_refiner(task, task.first_stage(config, member), examples)
        for member in range(config.folds)
    ]


def build_refitted(task: Task, config: Config, examples: Examples) -> list[Refiner]:
    """As many for all rows, if the settings ask for them."""
    return build_members(task, config, examples) if config.refit else []


def cross_fit(
    members: Sequence[Refiner], refitted: Sequence[Refiner], examples: Examples
) -> CrossFitted:
    """The generators of those trainings as one."""
    return CrossFitted(
        [member.generator for member in members],
        examples.x.shape[-1],
        [member.generator for member in refitted],
    )


def folds_of(config: Config, examples: Examples) -> np.ndarray | None:
    """The fold of each example, `[N]`; None where there is one generator."""
    if not config.folds:
        return None
    return assign_folds(len(examples.x), config.folds, config.seed)


def pretrainer(config: Config, refiner: Refiner, examples: Examples) -> Trainer:
    """Trains the refiner's discriminator to answer itself.

    Raises:
      UsageError: It only scores outputs.
    """
    settings = dataclasses.replace(
        refiner.settings, generator_learning_rate=config.pretraining_learning_rate
    )
    trainer = discriminator_trainer(refiner, settings)
    folds = np.zeros(len(examples.x), int) if config.folds else None
    trainer.build(*map(tf.constant, refiner.attach_folds(examples, folds)))
    return trainer


@contextlib.contextmanager
def _layers_of(precision: str) -> Iterator[None]:
    """Layers made inside compute in that precision."""
    usual = keras.config.dtype_policy()
    keras.config.set_dtype_policy(precision)
    try:
        yield
    finally:
        keras.config.set_dtype_policy(usual)


def training_settings(config: Config) -> TrainingSettings:
    """The part of the configuration that the trainer reads."""
    return TrainingSettings(
        batch_size=config.batch_size,
        generator_learning_rate=config.generator_learning_rate,
        discriminator_learning_rate=config.discriminator_learning_rate,
        beta_1=config.beta_1,
        adversarial_weight=config.adversarial_weight,
        penalty_weight=config.penalty_weight,
        cosine_decay=config.cosine_decay,
        source_shares=config.source_shares,
        sampling=SamplingSettings(
            inference_steps=config.inference_steps,
            inference_step_size=config.inference_step_size,
            adversarial_steps=config.adversarial_steps,
            adversarial_step_size=config.adversarial_step_size,
            normalized_gradient=config.normalized_sampling,
            chain_batches=config.chain_batches,
            chain_steps=config.chain_steps,
            chain_length=config.chain_length,
        ),
    )
