"""Warnings of networks and data that can be trained on, but are hardly meant so."""

import warnings
from collections.abc import Iterator

import keras
import numpy as np

from ldrsp_tf.models.augmentation_layers import moving_layer
from ldrsp_tf.training.trainer import Trainer

# Inputs of a root mean square beyond this drown all else in a default discriminator.
_LARGE = 20.0


def warn_of_moving_layers(trainer: Trainer) -> None:
    """Warns of layers that move the pixels of images, whose masks stay as they are.

    Args:
      trainer: A built trainer.
    """
    if not trainer.space.can_crop:
        return
    for name, network in _trained(trainer):
        layer = moving_layer(network)
        if layer is not None:
            warnings.warn(
                f"The layer {layer.name!r} ({type(layer).__name__}) of the {name} "
                "moves the pixels of training images, but not those of their masks: "
                "take it out, and give Refiner a function of both as augment= (such as "
                "ldrsp_tf.data.augmentation.random_crop_and_mirror).",
                stacklevel=2,
            )


def warn_of_half_precision(trainer: Trainer) -> None:
    """Warns of layers that train in float16, whose small gradients become zero.

    Args:
      trainer: A built trainer, which scales no losses.
    """
    for name, network in _trained(trainer):
        for layer in network._flatten_layers():
            if layer.compute_dtype == "float16":
                warnings.warn(
                    f"The layer {layer.name!r} of the {name} computes in float16, in "
                    "which small gradients become zero, since losses are not scaled "
                    "here: make it with the dtype policy mixed_bfloat16 instead.",
                    stacklevel=2,
                )
                return


def _trained(trainer: Trainer) -> Iterator[tuple[str, keras.Model]]:
    """Yields the networks that learn, by name."""
    if trainer.discriminator is not None:
        yield "discriminator", trainer.discriminator
    if trainer.generator.trainable_variables:
        yield "generator", trainer.generator


def warn_of_large_inputs(x: np.ndarray) -> None:
    """Warns of inputs that drown all else in a default discriminator.

    It adds images to masks, and features to each other, with weights that begin as
    those for values of about 1. A generator may scale its inputs by itself.

    Args:
      x: Training inputs, `[N, ..., F]`, after a preprocessing.
    """
    features = x.reshape(-1, x.shape[-1])
    # Not their maximum: of standardized features, rare ones have large values.
    squares = np.einsum("nf,nf->f", features, features, dtype=np.float64)
    largest = float(np.sqrt(squares.max() / len(features)))
    if largest > _LARGE:
        warnings.warn(
            f"The inputs have a root mean square of up to {largest:.3g}, which drowns "
            "masks and smaller features in the default discriminator, even if your "
            "model scales them inside: scale them for both networks by "
            "preprocessing=, such as ScalePixels or StandardizeFeatures of "
            "ldrsp_tf.models.preprocessing (docs/faq.md, inputs that my model scales).",
            stacklevel=2,
        )
