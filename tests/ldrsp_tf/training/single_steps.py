"""Single training steps of tags, and variants of LDRSP without random samples."""

import dataclasses

import numpy as np
import tensorflow as tf

from ldrsp_tf.distribution.replicas import Scalars
from ldrsp_tf.methods import LDRSP
from ldrsp_tf.sampling.sources import SamplingContext, StatelessSource
from ldrsp_tf.training.trainer import Trainer

Tags = tuple[np.ndarray, np.ndarray]


class _MadeSamples(StatelessSource):
    """Outputs between the truth and indecision, without a random draw."""

    def draw(self, context: SamplingContext) -> tf.Tensor:
        """Returns the outputs, `[B, L]`."""
        return 0.25 + 0.5 * context.y_true


WITHOUT_SAMPLES = dataclasses.replace(LDRSP, sources=())
WITH_MADE_SAMPLES = dataclasses.replace(LDRSP, sources=((1.0, _MadeSamples),))


def batch_of(tags: Tags, rows: int = 8) -> tuple[tf.Tensor, tf.Tensor]:
    """Returns the first rows of tags."""
    x, y = tags
    return tf.constant(x[:rows]), tf.constant(y[:rows])


def step(trainer: Trainer, tags: Tags, iteration: int = 0) -> Scalars:
    """Trains a step on the first rows of tags, and returns its losses."""
    return trainer.train_step(*batch_of(tags), tf.constant(iteration))
