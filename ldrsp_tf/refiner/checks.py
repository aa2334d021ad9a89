"""Checks of a user's networks, crops and data before a training starts."""

import keras
import numpy as np
import tensorflow as tf

from ldrsp_tf.data.augmentation import pad_images
from ldrsp_tf.data.examples import Examples
from ldrsp_tf.data.input_types import CAST, depends_on_type
from ldrsp_tf.errors import UsageError, reason_of
from ldrsp_tf.prediction.crops import Crops
from ldrsp_tf.refiner.arguments import AN_AUGMENTATION
from ldrsp_tf.spaces.base import OutputSpace
from ldrsp_tf.training.trainer import Trainer


def require_crops_cover(
    crops: Crops, space: OutputSpace, shapes: tuple[tuple[int, ...], tuple[int, ...]]
) -> None:
    """Refuses crops of outputs that are no maps, or that do not cover the images.

    Args:
      crops: The crops.
      space: The output space.
      shapes: The shapes of one input and of one output.

    Raises:
      UsageError: They are, or do not.
    """
    if not space.can_crop:
        raise UsageError("Crops are of images and class maps; leave them out.")
    for side in shapes[0][:2]:
        crops.offsets_along(side)  # Refuses these.


def build_trainer(trainer: Trainer, crops: Crops | None, examples: Examples) -> None:
    """Creates all variables of a trainer.

    Args:
      trainer: A new trainer.
      crops: The crops that it will predict by.
      examples: The examples to train on.

    Raises:
      UsageError: The networks do not take such examples, or crops of them; the
        generator's outputs are no probabilities although they should be; a network was
        made outside of the strategy's scope.
    """
    _require_scope(trainer)
    try:
        trainer.build(tf.constant(examples.x), tf.constant(examples.y))
        _require_probabilities(trainer, examples)
        if crops is not None:
            _require_crops(trainer, crops, examples)
    except UsageError as error:
        raise UsageError(f"{reason_of(error)}.") from error
    except Exception as error:  # Networks of the user's may raise anything.
        _try_augmentation(trainer, examples)
        raise UsageError(
            f"The networks do not take inputs of shape {examples.x.shape} with "
            f"outputs of shape {examples.y.shape} ({reason_of(error)})"
            f"{_remedy_of_several_inputs(error)}."
        ) from error


def _remedy_of_several_inputs(error: Exception) -> str:
    """Returns the remedy, if a network may have asked an array for one of its parts."""
    kinds = (AttributeError, LookupError, TypeError)
    if isinstance(error, kinds) or "unpack" in str(error):
        return (
            "; if one of them takes a dict or a list of inputs, docs/faq.md shows how "
            "to pack these into one array"
        )
    return ""


def _try_augmentation(trainer: Trainer, examples: Examples) -> None:
    """Refuses an augmentation that fails by itself, whatever the networks take."""
    if trainer.augment is None:
        return
    try:
        # Not None, or another number.
        _, _ = trainer.first_batch(*map(tf.constant, examples))
    except Exception as error:  # A function of the user's may raise anything.
        shapes = " and ".join(str(part.shape) for part in examples)
        raise UsageError(
            f"augment does not take batches of examples of shape {shapes} "
            f"({reason_of(error)}); give {AN_AUGMENTATION}."
        ) from error


def _require_scope(trainer: Trainer) -> None:
    """Refuses variables to train that the strategy has not made, and cannot train."""
    if trainer.strategy is None:
        return
    networks = {"generator": trainer.generator, "discriminator": trainer.discriminator}
    is_own = trainer.strategy.extended.variable_created_in_scope
    for name, network in networks.items():
        variables = [] if network is None else network.trainable_variables
        if not all(is_own(variable.value) for variable in variables):
            raise UsageError(
                f"The {name} has weights that were made outside of the scope of the "
                f"{type(trainer.strategy).__name__}: make it inside "
                "`with strategy.scope():`, where fit is called."
            )


def _require_probabilities(trainer: Trainer, examples: Examples) -> None:
    """Refuses logits that are called probabilities, by the outputs of a batch.

    Those of one example may lie in [0, 1] by chance, and compiled functions, which all
    others are computed in, do not check them.
    """
    if getattr(trainer.generator, "from_logits", True):
        return
    x, _ = trainer.first_batch(*map(tf.constant, examples))
    trainer.generator(x)  # Refuses these.


def _require_crops(trainer: Trainer, crops: Crops, examples: Examples) -> None:
    """Refuses crops that the networks do not take, before an epoch is spent."""
    padded = (pad_images(tf.constant(part[:1]), crops.padding) for part in examples)
    x, y = (tf.cast(part[:, : crops.size, : crops.size], tf.float32) for part in padded)
    trainer.generate(x)
    if trainer.discriminator is not None:
        trainer.score(x)(y)


def require_equal_outputs_of_types(
    generator: keras.Model | None, examples: Examples
) -> None:
    """Refuses a generator that gives other outputs for integers than for equal floats.

    Args:
      generator: The user's generator, which is built.
      examples: The examples to train on.

    Raises:
      UsageError: It does.
    """
    if generator is None:
        return
    x = examples.x
    if depends_on_type(lambda part: generator(tf.constant(part), training=False), x):
        raise UsageError(
            f"The generator gives other outputs for inputs of type {x.dtype} than for "
            "the same numbers in single precision, which it gets here: begin it with "
            f"{CAST}, so that it gives both the same outputs."
        )


def require_frozen(generator: keras.Model | None, trainer: Trainer) -> None:
    """Refuses a discriminator that trains weights of a frozen generator.

    Args:
      generator: The user's generator, which is left as it is.
      trainer: A built trainer.

    Raises:
      UsageError: It does.
    """
    if generator is None or trainer.discriminator is None:
        return
    frozen = {id(variable) for variable in generator.variables}
    for variable in trainer.discriminator.trainable_variables:
        if id(variable) in frozen:
            raise UsageError(
                f"The discriminator trains the weights {variable.path!r}, which belong "
                "to the frozen generator: give it a layer of its own with the same "
                "weights, or set trainable = False on the layer that both have."
            )


def require_no_token_ids(x: np.ndarray, generator: keras.Model | None) -> None:
    """Refuses inputs that a default discriminator would take for features.

    Whole numbers beyond 0 and 1 may be ids of tokens; they are, if the generator embeds
    them.

    Args:
      x: Training inputs, `[N, ...]`.
      generator: The user's generator.

    Raises:
      UsageError: Rows are whole numbers, and may be ids.
    """
    if x.ndim != 2 or not (x.dtype.kind in "iu" or _embeds(generator)):
        return
    whole = np.array_equal(x, np.round(x))
    if whole and not np.isin(x, (0, 1)).all():
        raise UsageError(
            f"The inputs {x.shape} are whole numbers from {x.min():g} to {x.max():g}, "
            "which the default discriminator would take for magnitudes. If they are "
            "ids of tokens, give a discriminator that embeds them (docs/faq.md has "
            "one); if they are counts, say so by x.astype('float32')."
        )


def _embeds(generator: keras.Model | None) -> bool:
    if generator is None:
        return False
    layers = generator._flatten_layers()
    return any(isinstance(layer, keras.layers.Embedding) for layer in layers)
