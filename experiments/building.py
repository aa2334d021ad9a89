"""From a configuration to a refiner."""

import contextlib
import dataclasses
from collections.abc import Iterator

import keras

from experiments.config import Config
from experiments.tasks import Examples, Task
from ldrsp_tf.methods import get_method
from ldrsp_tf.refiner import Refiner
from ldrsp_tf.sampling import SamplingSettings
from ldrsp_tf.training_settings import TrainingSettings


def build_refiner(task: Task, config: Config, examples: Examples) -> Refiner:
    """A new refiner, whose weights are a function of the configuration's seed."""
    keras.utils.set_random_seed(config.seed)
    with _layers_of(config.precision):
        generator, discriminator = task.family.networks(config, examples)
    method = get_method(config.method)
    if config.binarised_oracle is not None:
        method = dataclasses.replace(method, binarised_oracle=config.binarised_oracle)
    refiner = Refiner(
        generator if method.generates else None,
        task.family.space(config),
        discriminator=discriminator if method.refines else None,
        method=method,
        settings=training_settings(config),
        grid=config.refinement_grid(),
        crops=task.family.crops(config, final=True),
        augment=task.family.augmentation(config),
        seed=config.seed,
    )
    refiner.build(examples)
    return refiner


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
