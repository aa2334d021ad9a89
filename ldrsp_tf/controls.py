"""Controls: the cheapest predictors that could explain the gain of a refinement.

A discriminator is a second network, and two networks predict better than one. A refined
output is worth something only beside the predictions of the same networks without any
walk, and beside those of as many generators together.
"""

import dataclasses
from collections.abc import Sequence

import keras
import numpy as np
import tensorflow as tf

from ldrsp_tf.methods import BASELINE
from ldrsp_tf.prediction.crops import predictor_by
from ldrsp_tf.prediction.predictor import generate
from ldrsp_tf.prediction.unrefined import (
    AVERAGE,
    MIRRORED,
    OWN,
    own_prediction,
    unrefined_outputs,
    unrefined_predictors,
)
from ldrsp_tf.refiner import Refiner
from ldrsp_tf.settings import TrainingSettings
from ldrsp_tf.training.trainer import Trainer

_NAMES = (OWN, AVERAGE, MIRRORED)  # The order of the tables.

# The controls that D takes part in.
OF_DISCRIMINATOR = (OWN, AVERAGE)


def discriminator_trainer(
    refiner: Refiner, settings: TrainingSettings | None = None
) -> Trainer:
    """Makes a trainer of the refiner's discriminator as a predictor of its own.

    Args:
      refiner: An assembled refiner.
      settings: The settings of the training; the refiner's by default.

    Raises:
      UsageError: The discriminator scores outputs only.
    """
    own = own_prediction(refiner.trainer, refiner.shapes[1])
    return _trainer_of(own.generator, refiner, settings)


def control_outputs(
    refiner: Refiner,
    x: np.ndarray,
    ensemble: keras.Model | None = None,
    names: Sequence[str] = _NAMES,
) -> dict[str, np.ndarray]:
    """Predicts without a walk, by the refiner's networks and by an ensemble.

    Args:
      refiner: A trained refiner.
      x: Inputs, `[N, ...]`.
      ensemble: A network from inputs to logits: generators trained as those of the
        refiner were, on all rows.
      names: The names of the controls without an ensemble; all by default.

    Returns:
      Relaxed outputs `[N, ...]` by name. `own`: D's own prediction; `average`: the mean
      of G's output and that, both only for a D that predicts. `mirrored`: G's output
      averaged with the mirrored image's, for crops. `ensemble`, if there is one.
    """
    x = refiner.preprocess(x)
    networks, predictor = refiner.trainer, refiner.predictor
    predictors = unrefined_predictors(networks, predictor, refiner.shapes[1])
    predictors = {name: predictors[name] for name in names if name in predictors}
    generated = generate(predictor, tf.constant(x))
    found = unrefined_outputs(predictors, x, generated)
    outputs = {name: found[name] for name in predictors}
    if ensemble is not None:
        trainer = _trainer_of(ensemble, refiner, None)
        ensemble_by = predictor_by(trainer, refiner.crops)
        outputs["ensemble"] = generate(ensemble_by, tf.constant(x))
    return outputs


def _trainer_of(
    model: keras.Model, refiner: Refiner, settings: TrainingSettings | None
) -> Trainer:
    # Shares, the truth's weight and a margin are of a discriminator's training.
    settings = dataclasses.replace(
        settings or refiner.settings, source_shares=None, truth_weight=None, margin=None
    )
    trainer = Trainer(
        model,
        None,
        BASELINE,
        refiner.space,
        settings,
        refiner.seed,
        refiner.trainer.augment,  # It leaves a fold channel as it is.
    )
    trainer.predict_batch_size = refiner.trainer.predict_batch_size
    return trainer
