"""The identity of a refiner's training, by which a folder is known (`fingerprint`)."""

import dataclasses
from typing import Any

import numpy as np
import tensorflow as tf

from ldrsp_tf.data.examples import Examples
from ldrsp_tf.models import Discriminator
from ldrsp_tf.refiner.assembly import Setup
from ldrsp_tf.refiner.network_identity import (
    checksum_of_config,
    describe_discriminator,
    describe_generator,
)
from ldrsp_tf.training.fingerprint import (
    SampledFunction,
    checksum,
    checksum_of_weights,
)

# The number of examples that an oracle is known by.
_ROWS = 16


def training_identity(
    setup: Setup,
    discriminator: Discriminator | None,
    training: Examples,
    validation: Examples,
    folds: np.ndarray | None,
) -> dict[str, Any]:
    """Returns the data, the functions, networks and settings that decide a training.

    The numbers of epochs, of the patience and between validations are left out: they
    may be changed for the rest of a training. So are the weights that a training
    changes: those of a checkpoint take their place. A frozen generator keeps its own.
    Functions are known by their values for a few examples.

    Args:
      setup: The setup, with a generator that is built.
      discriminator: The built discriminator, the user's or the default one; None
        without one.
      training: Training examples.
      validation: Validation examples.
      folds: The fold of each training row, `[N]`, for a cross-fitted generator.
    """
    arrays = {
        "training inputs": training.x,
        "training outputs": training.y,
        "validation inputs": validation.x,
        "validation outputs": validation.y,
    }
    if folds is not None:
        arrays["folds"] = np.asarray(folds)
    data = {name: checksum(values) for name, values in arrays.items()}
    if setup.frozen and setup.generator is not None:
        weights = checksum_of_weights(setup.generator)
        data["weights of the frozen generator"] = weights
    return {
        "data": data,
        "functions": {
            "oracle": SampledFunction(lambda: _sample_of_oracle(setup, validation.y)),
            "augmentation": SampledFunction(
                lambda: _sample_of_augmentation(setup, training)
            ),
        },
        "space": {
            "output space": type(setup.space).__name__,
            **setup.space.arguments,
            "has_custom_oracle": setup.space.custom_oracle is not None,
        },
        "generator": describe_generator(setup.generator),
        "discriminator": describe_discriminator(discriminator),
        "layers": {
            "layers of the generator": checksum_of_config(setup.generator),
            "layers of the discriminator": checksum_of_config(discriminator),
        },
        "method": setup.method.name,
        "from_logits": setup.from_logits,
        "frozen": setup.frozen,
        "settings": dataclasses.asdict(setup.settings),
        "grid": dataclasses.asdict(setup.grid),
        "crops": setup.crops and setup.crops.description(training.x.shape[1:3]),
        "is_augmented": setup.augment is not None,
        "seed": setup.seed,
    }


def _sample_of_oracle(setup: Setup, y: np.ndarray) -> list[float]:
    """Returns values for empty, undecided and other examples' outputs."""
    truths = tf.constant(y[:_ROWS], tf.float32)
    others = tf.roll(truths, 1, 0)
    outputs = tf.concat([tf.zeros_like(truths), 0.5 * tf.ones_like(truths), others], 0)
    truths = tf.tile(truths, [3, *[1] * (y.ndim - 1)])
    return _sums(setup.space.oracle(outputs, truths))


def _sample_of_augmentation(setup: Setup, examples: Examples) -> list[float]:
    """Returns those of a batch of the first examples, as of iteration 0."""
    augment, rows = setup.augment, setup.settings.batch_size
    if augment is None:
        return []
    x, y = (tf.cast(part[:rows], tf.float32) for part in examples)
    seed = tf.random.experimental.stateless_fold_in([setup.seed, 1], 0)
    return [value for part in augment(x, y, seed) for value in _sums(part)]


def _sums(values: tf.Tensor) -> list[float]:
    """Returns the sum of each example's values by weights that tell places apart."""
    flat = np.asarray(values, np.float64)
    flat = flat.reshape(len(flat), -1)
    return (flat @ np.cos(np.arange(flat.shape[1]))).tolist()
