"""Refiners and trainers made of a configuration."""

import contextlib
import dataclasses
from collections.abc import Iterator, Sequence

import keras
import numpy as np
import tensorflow as tf

from experiments.tasks.config import Config
from experiments.tasks.first_stage import first_stage
from experiments.tasks.recipes import get_recipe
from experiments.tasks.task import Task
from ldrsp_tf.controls import discriminator_trainer
from ldrsp_tf.data.examples import Examples
from ldrsp_tf.data.folds import assign_folds, attach_folds
from ldrsp_tf.errors import UsageError
from ldrsp_tf.methods import Method, get_method
from ldrsp_tf.models import CrossFitted, Discriminator, MeanDiscriminator
from ldrsp_tf.refiner import Refiner
from ldrsp_tf.training.trainer import Trainer


def build_refiner(
    task: Task,
    config: Config,
    examples: Examples,
    cross_fitted: CrossFitted | None = None,
    preprocessing: keras.Model | None = None,
) -> Refiner:
    """Builds a refiner whose weights are a function of the configuration's seed.

    Args:
      task: The task.
      config: The settings.
      examples: The examples that the networks are built for.
      cross_fitted: The generator of a cross-fitted run; a new one by default.
      preprocessing: The preprocessing of raw inputs; None for a refiner of examples,
        whose inputs are preprocessed once, before the training.

    Raises:
      UsageError: The settings do not fit each other or the examples.
    """
    method = get_method(get_recipe(config.method).method)
    _require_consistent(config, method)
    if config.folds and cross_fitted is None:
        members = build_members(task, config, examples)
        cross_fitted = cross_fit(
            members, build_refitted(task, config, examples), examples
        )
    keras.utils.set_random_seed(config.seed)
    generator, discriminator = _build_networks(task, config, examples)
    if config.folds:
        generator = cross_fitted
    refiner = Refiner(
        generator if method.has_generator else None,
        task.family.space(config),
        from_logits=True,
        frozen=bool(config.folds),
        discriminator=discriminator if method.has_discriminator else None,
        method=method,
        settings=config.training,
        grid=config.refinement_grid(),
        crops=task.family.crops(config, final=True),
        augment=task.family.augmentation(config),
        seed=config.seed,
        preprocessing=preprocessing,
    )
    refiner.assemble(examples, _any_folds(config, examples))
    return refiner


def _require_consistent(config: Config, method: Method) -> None:
    if config.refits and not config.folds:
        raise UsageError(
            "--refit and --late_refit are of cross-fitted runs, such as those of "
            "--method=auto; give --folds of 2 or more, or --norefit and --nolate_refit."
        )
    if config.late_refit and (config.refit or not config.retrain):
        raise UsageError(
            "--late_refit, which --method=auto has, trains in the retraining, and "
            "instead of --refit; give --nolate_refit with --refit or --noretrain."
        )
    if config.folds and not (method.has_generator and method.has_discriminator):
        raise UsageError(
            f"--folds is of methods with a generator and a discriminator, which "
            f"{config.method!r} does not have both."
        )


def _build_networks(
    task: Task, config: Config, examples: Examples
) -> tuple[keras.Model, Discriminator]:
    with _layers_of(config.precision):
        generator, discriminator = task.family.networks(config, examples)
        if config.discriminators > 1:
            others = [
                task.family.networks(config, examples)[1]
                for _ in range(config.discriminators - 1)
            ]
            discriminator = MeanDiscriminator([discriminator, *others])
    return generator, discriminator


def _any_folds(config: Config, examples: Examples) -> np.ndarray | None:
    """Returns folds to build networks with, whose weights depend on shapes alone."""
    return np.zeros(len(examples.x), int) if config.folds else None


def build_members(task: Task, config: Config, examples: Examples) -> list[Refiner]:
    """Builds the generators of a cross-fitted run, each in its own trainer."""
    return [
        build_refiner(task, first_stage(task, config, member), examples)
        for member in range(config.folds)
    ]


def build_refitted(task: Task, config: Config, examples: Examples) -> list[Refiner]:
    """Builds as many generators for all rows, if the settings ask for them."""
    return build_members(task, config, examples) if config.refits else []


def cross_fit(
    members: Sequence[Refiner], refitted: Sequence[Refiner], examples: Examples
) -> CrossFitted:
    """Joins the generators of those trainings into one."""
    return CrossFitted(
        [member.generator for member in members],
        examples.x.shape[-1],
        [member.generator for member in refitted],
    )


def folds_of(config: Config, examples: Examples) -> np.ndarray | None:
    """Returns the fold of each example, `[N]`; None where there is one generator."""
    if not config.folds:
        return None
    return assign_folds(len(examples.x), config.folds, config.seed)


def with_folds(
    config: Config, examples: Examples, folds: np.ndarray | None
) -> Examples:
    """Returns the examples of a training, with the folds of a cross-fitted run."""
    return attach_folds(examples, folds, config.folds or None)


def pretrainer(config: Config, refiner: Refiner, examples: Examples) -> Trainer:
    """Builds a trainer of the refiner's discriminator as a predictor of its own.

    Raises:
      UsageError: The discriminator scores outputs only.
    """
    settings = dataclasses.replace(
        refiner.settings,
        generator_learning_rate=config.pretraining_learning_rate,
        generator_weight_decay=refiner.settings.discriminator_weight_decay,
    )
    trainer = discriminator_trainer(refiner, settings)
    carrying = with_folds(config, examples, _any_folds(config, examples))
    trainer.build(*map(tf.constant, carrying))
    return trainer


@contextlib.contextmanager
def _layers_of(precision: str) -> Iterator[None]:
    """Makes layers inside the block compute in that precision."""
    usual = keras.config.dtype_policy()
    keras.config.set_dtype_policy(precision)
    try:
        yield
    finally:
        keras.config.set_dtype_policy(usual)
