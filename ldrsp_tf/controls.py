"""Controls: the cheapest predictors that could explain what a refinement gains.

A discriminator is a network of its own, and two networks predict better than one. A
refined output is worth something only beside what the same networks give without any
walk, or as many generators give together.
"""

import dataclasses

import keras
import numpy as np
import tensorflow as tf

from ldrsp_tf.methods import BASELINE
from ldrsp_tf.models.adapters import DiscriminatorAsGenerator
from ldrsp_tf.prediction.crops import Crops, predictor_by
from ldrsp_tf.prediction.predictor import predict
from ldrsp_tf.refiner.refiner import Refiner
from ldrsp_tf.settings import TrainingSettings
from ldrsp_tf.training.trainer import Trainer


def discriminator_trainer(
    refiner: Refiner, settings: TrainingSettings | None = None
) -> Trainer:
    """A trainer of the refiner's discriminator as a predictor of its own.

    Args:
      refiner: A built one.
      settings: Of the training; the refiner's by default.

    Raises:
      UsageError: The discriminator scores outputs only.
    """
    trainer = refiner.trainer
    model = DiscriminatorAsGenerator(
        trainer.discriminator, trainer.generator, refiner.space, refiner.shapes[1]
    )
    return _trainer_of(model, refiner, settings)


def control_outputs(
    refiner: Refiner, x: np.ndarray, ensemble: keras.Model | None = None
) -> dict[str, np.ndarray]:
    """What predicts without a walk, relaxed outputs `[N, ...]` by name.

    Args:
      refiner: A trained one.
      x: Inputs, `[N, ...]`.
      ensemble: Maps inputs to logits: generators trained as those of the refiner were,
        on all rows.

    Returns:
      `own`: What D answers itself, and `average`: the mean of G's output and that; both
      only for a D that answers. `mirrored`: G's output averaged with the mirrored
      image's, for crops. `ensemble`, if there is one.
    """
    outputs = {}
    generated = _generated(refiner.trainer, refiner.crops, x)
    discriminator = refiner.trainer.discriminator
    if discriminator is not None and discriminator.can_predict:
        outputs["own"] = _generated(discriminator_trainer(refiner), refiner.crops, x)
        outputs["average"] = 0.5 * (generated + outputs["own"])
    if refiner.crops is not None and not refiner.crops.mirror:
        mirrored = dataclasses.replace(refiner.crops, mirror=True)
        outputs["mirrored"] = _generated(refiner.trainer, mirrored, x)
    if ensemble is not None:
        trainer = _trainer_of(ensemble, refiner, None)
        outputs["ensemble"] = _generated(trainer, refiner.crops, x)
    return outputs


def _generated(trainer: Trainer, crops: Crops | None, x: np.ndarray) -> np.ndarray:
    return predict(predictor_by(trainer, crops), tf.constant(x), None).generated


def _trainer_of(
    model: keras.Model, refiner: Refiner, settings: TrainingSettings | None
) -> Trainer:
    # Shares are of sources of samples, which a generator alone has none of.
    settings = dataclasses.replace(settings or refiner.settings, source_shares=None)
    trainer = Trainer(
        model,
        None,
        BASELINE,
        refiner.space,
        settings,
        refiner.seed,
        refiner.augment,
    )
    trainer.predict_batch_size = refiner.trainer.predict_batch_size
    return trainer
