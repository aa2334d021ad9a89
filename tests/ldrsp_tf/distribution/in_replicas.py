"""The measurements of `replicas_test.py`, in one process and in replicas of others.

python in_replicas.py OUTPUT.json mirrored|multi_worker
"""

import json
import pathlib
import sys

import keras
import numpy as np
import tensorflow as tf

from ldrsp_tf.data.augmentation import random_crop_and_mirror
from ldrsp_tf.distribution.replicas import run_step, scope
from ldrsp_tf.errors import UsageError
from ldrsp_tf.losses.gradient_penalty import gradient_penalty
from ldrsp_tf.methods import get_method
from ldrsp_tf.models import MLP, EnergyNetwork
from ldrsp_tf.models.segmentation import PatchDiscriminator, SegmentationNetwork
from ldrsp_tf.refiner.refiner import Refiner
from ldrsp_tf.sampling.sources import random_starts
from ldrsp_tf.settings import RefinementGrid, SamplingSettings, TrainingSettings
from ldrsp_tf.spaces.class_maps import ClassMapSpace
from ldrsp_tf.spaces.tags import TagSpace
from ldrsp_tf.training.trainer import Trainer

EPOCHS = 4


def tag_trainer(method="ldrsp", dropout=0.0, **settings):
    """Makes a built trainer of tags without dropout, and 24 rows."""
    rng = np.random.default_rng(0)
    x = rng.integers(0, 2, (24, 7)).astype(np.float32)
    y = (x @ rng.normal(size=(7, 5)) > 0.0).astype(np.float32)
    generator = MLP(5, (6,), hidden_dropout=dropout)
    return _built(generator, EnergyNetwork(5, (6,)), TagSpace(), method, x, y, settings)


def share_trainer():
    """Makes a built trainer of tags with an adaptive weight and decaying kernels."""
    return tag_trainer(
        "lsgan",
        adversarial_share=0.3,
        generator_weight_decay=3.0,
        discriminator_weight_decay=3.0,
    )


def map_trainer(method="ldrsp", **settings):
    """Makes a built trainer of maps with batch normalization and crops, and 12 rows."""
    rng = np.random.default_rng(0)
    red = rng.choice([-0.75, 0.75], (12, 2, 2, 1)).repeat(5, 1).repeat(5, 2)
    noise = rng.uniform(-0.25, 0.25, (12, 10, 10, 3))
    x = (red * [1.0, 0.0, 0.0] + noise).astype(np.float32)
    y = np.eye(2, dtype=np.float32)[(x[..., 0] > 0.0).astype(int)]
    networks = SegmentationNetwork(2, width=4), PatchDiscriminator(width=4)
    augment = random_crop_and_mirror(8)
    return _built(*networks, ClassMapSpace(), method, x, y, settings, augment)


def _built(generator, discriminator, space, method, x, y, settings, augment=None):
    settings.setdefault("batch_size", 6)
    settings = TrainingSettings(
        generator_learning_rate=0.01,
        discriminator_learning_rate=0.01,
        sampling=SamplingSettings(inference_steps=2),
        **settings,
    )
    trainer = Trainer(
        generator, discriminator, get_method(method), space, settings, augment=augment
    )
    trainer.build(x, y)
    return trainer, x, y


def curve(make, strategy=None) -> dict[str, list[float]]:
    """Returns each loss of every epoch, by name."""
    keras.utils.set_random_seed(0)
    with scope(strategy):
        trainer, x, y = make()
    epochs = [trainer.train_epoch(x, y, epoch) for epoch in range(EPOCHS)]
    return {name: [losses[name] for losses in epochs] for name in epochs[0]}


def draws(strategy=None) -> dict[str, float]:
    """Returns means over a batch of the draws for each example."""
    rng = np.random.default_rng(0)
    truth, generated = rng.uniform(size=(2, 8, 3)).astype(np.float32)

    def means(y_true, y, seed):
        starts = random_starts([y_true, y, tf.zeros_like(y)], seed)
        penalty = gradient_penalty(lambda y: tf.reduce_sum(y**3, 1), y_true, y, seed)
        return {"starts": tf.reduce_mean(starts), "penalty": penalty}

    # Of every other seed, whichever the first examples draw.
    return {
        f"{name} {number}": float(value)
        for number in range(3)
        for name, value in run_step(
            strategy, means, tf.constant(truth), tf.constant(generated), [number, 1]
        ).items()
    }


def refined(strategy=None) -> list[list[float]]:
    """Returns the first rows as a refiner of a user's model refines them."""
    keras.utils.set_random_seed(0)
    rng = np.random.default_rng(0)
    x = rng.normal(size=(24, 4)).astype(np.float32)
    y = (x[:, :3] > 0.0).astype(np.float32)
    with scope(strategy):
        refiner = Refiner(
            keras.Sequential([keras.layers.Dense(3)]),
            TagSpace(),
            method="gan",
            settings=TrainingSettings(6),
            grid=RefinementGrid((0.5,), (2,)),
        )
        refiner.fit((x[:18], y[:18]), (x[18:], y[18:]), epochs=2)
    return refiner.predict(x[:4]).refined.tolist()


def dropout_state_agrees(strategy) -> bool:
    """Returns whether all replicas have the same weights and streams after an epoch."""
    with scope(strategy):
        trainer, x, y = tag_trainer("baseline", dropout=0.5)
    trainer.train_epoch(x, y, 0)
    return all(
        np.array_equal(local[0], other)
        for variable in trainer.variables
        for local in [strategy.experimental_local_results(variable.value)]
        for other in local
    )


def refusals(strategy) -> list[str]:
    """Returns the messages about settings that replicas do not support."""
    sentences = []
    for settings in ({"batch_size": 3}, {"source_shares": (0.5, 0.25, 0.25)}):
        try:
            with scope(strategy):
                tag_trainer("ldrsp_plus", **settings)
        except UsageError as error:
            sentences.append(str(error))
    return sentences


def _main(output: str, kind: str) -> None:
    if kind == "mirrored":
        (cpu,) = tf.config.list_physical_devices("CPU")
        two = [tf.config.LogicalDeviceConfiguration()] * 2
        tf.config.set_logical_device_configuration(cpu, two)
        strategy = tf.distribute.MirroredStrategy()
    else:
        strategy = tf.distribute.MultiWorkerMirroredStrategy()
    measured = {
        "replicas": strategy.num_replicas_in_sync,
        "maps": curve(map_trainer, strategy),
    }
    if kind == "mirrored":
        measured |= {
            "tags": curve(tag_trainer, strategy),
            "shares": curve(share_trainer, strategy),
            "draws": draws(strategy),
            "refined": refined(strategy),
            "agree": dropout_state_agrees(strategy),
            "refusals": refusals(strategy),
        }
    pathlib.Path(output).write_text(json.dumps(measured))


if __name__ == "__main__":
    _main(*sys.argv[1:])
