"""What a refiner takes where its user names nothing: a D, a method, settings."""

import dataclasses

import tensorflow as tf

from ldrsp_tf.errors import UsageError
from ldrsp_tf.examples import Examples
from ldrsp_tf.methods import LDRSP_PLUS, Method
from ldrsp_tf.models import Discriminator, EnergyNetwork
from ldrsp_tf.models.segmentation import PatchDiscriminator
from ldrsp_tf.sampling import SamplingSettings
from ldrsp_tf.selection import RefinementGrid
from ldrsp_tf.spaces import ClassMapSpace, OutputSpace
from ldrsp_tf.training_settings import TrainingSettings

_MAPS = 3  # Axes of a class map.


def stock_method(space: OutputSpace) -> Method:
    """LDRSP+, whose oracle reads maps relaxed and tags decided, as in our tables."""
    return dataclasses.replace(LDRSP_PLUS, binarised_oracle=space.rank != _MAPS)


def stock_settings(space: OutputSpace, method: Method) -> TrainingSettings:
    """Those that served in our tables, but for the learning rates of deep networks."""
    if space.rank != _MAPS:
        return TrainingSettings(adversarial_weight=3.0)
    replays = method.sources == LDRSP_PLUS.sources
    return TrainingSettings(
        batch_size=20,
        source_shares=(0.0, 0.1, 0.9) if replays else None,
        sampling=SamplingSettings(
            inference_step_size=8.0,
            adversarial_step_size=4.0,
            chain_steps=2,
            chain_length=12,
        ),
    )


def stock_grid(space: OutputSpace) -> RefinementGrid:
    """The candidates of our tables."""
    if space.rank != _MAPS:
        return RefinementGrid(normalized=False)
    return RefinementGrid(step_sizes=(8.0,), steps=(1, 2, 5, 10))


def stock_discriminator(space: OutputSpace, examples: Examples) -> Discriminator:
    """A discriminator for such examples, with one score for each value of the oracle.

    Raises:
      UsageError: There is none for such inputs.
    """
    if space.rank != _MAPS:
        if examples.x.ndim != 2:
            raise UsageError(
                f"Inputs of shape {examples.x.shape} need a discriminator of your own "
                "(a subclass of ldrsp_tf.models.Discriminator): the stock one takes "
                "features [N, F]."
            )
        return EnergyNetwork(examples.y.shape[-1])
    if examples.x.ndim != 4:
        raise UsageError(
            f"Inputs of shape {examples.x.shape} need a discriminator of your own (a "
            "subclass of ldrsp_tf.models.Discriminator): the stock one takes images "
            "[N, H, W, channels]."
        )
    y = tf.cast(examples.y[:1], tf.float32)
    # The bilinear head has the shape of Eq. 11; oracles of the user's have others.
    return PatchDiscriminator(
        "unet",
        width=16,
        classes=examples.y.shape[-1],
        head="bilinear" if isinstance(space, ClassMapSpace) else "sigmoid",
        pooled=space.oracle(y, y).shape.rank == 1,
    )
