"""Checks of a user's networks, crops and data before a training starts."""

import os
from collections.abc import Callable

import keras
import numpy as np
import tensorflow as tf

from ldrsp_tf.data.augmentation import Augmentation, pad_images
from ldrsp_tf.data.examples import Examples
from ldrsp_tf.data.input_types import CAST, depends_on_type
from ldrsp_tf.errors import UsageError, kind_of, reason_of
from ldrsp_tf.methods import AUTO, Method
from ldrsp_tf.models import CrossFitted, Discriminator
from ldrsp_tf.prediction.crops import Crops
from ldrsp_tf.settings import Domain
from ldrsp_tf.spaces.base import OutputSpace
from ldrsp_tf.training.history import Record
from ldrsp_tf.training.trainer import Trainer

_AN_AUGMENTATION = "a function of inputs, outputs and a seed that returns both parts"


def require_networks(
    generator: keras.Model | None,
    discriminator: Discriminator | None,
    method: Method,
    frozen: bool,
) -> None:
    """Refuses networks that the method cannot have.

    Args:
      generator: The user's generator.
      discriminator: The user's discriminator.
      method: The method.
      frozen: Whether the generator is left as it is.

    Raises:
      UsageError: A network is of another class; there is no generator, and the method
        trains one; there is a network that the method does not have; a cross-fitted
        generator is to be trained.
    """
    if not method.has_generator and generator is not None:
        raise UsageError(
            f"Method {method.name!r} has no generator, so there is nothing of yours to "
            "refine; choose another one, or give None as the generator."
        )
    if method.has_generator and not isinstance(generator, keras.Model):
        raise UsageError(
            f"The generator is {kind_of(generator)}: a keras.Model is needed."
        )
    if discriminator is not None and not isinstance(discriminator, Discriminator):
        raise UsageError(
            f"The discriminator is {kind_of(discriminator)}: an instance of a subclass "
            "of ldrsp_tf.Discriminator is needed."
        )
    if discriminator is not None and not method.has_discriminator:
        raise UsageError(
            f"Method {method.name!r} has no discriminator, so that yours would not be "
            "used; choose another method, or leave the discriminator out."
        )
    if isinstance(generator, CrossFitted) and not frozen:
        raise UsageError(
            "A CrossFitted generator is trained already, and would see the rows "
            "that it has to be blind to; say frozen=True."
        )


def require_space(space: OutputSpace) -> None:
    """Refuses a space that is none, such as the class of one.

    Args:
      space: The user's output space.

    Raises:
      UsageError: It is of another class.
    """
    if not isinstance(space, OutputSpace):
        raise UsageError(
            f"The space is {kind_of(space)}: an output space is needed, such as "
            "TagSpace() or ClassMapSpace()."
        )


def require_method(method: Method | str) -> None:
    """Refuses a method that is none, and no name.

    Args:
      method: The user's method, or its name.

    Raises:
      UsageError: It is of another class.
    """
    if not isinstance(method, (Method, str)):
        raise UsageError(
            f"The method is {kind_of(method)}: a name is needed, such as "
            f'"{AUTO.name}", or a Method of ldrsp_tf.methods.'
        )


def require_choice(frozen: bool) -> None:
    """Refuses anything but a truth value: a word such as "no" would count as one.

    Args:
      frozen: Whether the generator is left as it is.

    Raises:
      UsageError: It is of another class.
    """
    if frozen not in Domain(bool):
        raise UsageError(
            f"frozen is {frozen!r}; give True to leave the model as it is, False to "
            "train it."
        )


def require_crops(crops: Crops | None) -> None:
    """Refuses crops that are none, such as their size and offsets alone.

    Args:
      crops: The user's crops.

    Raises:
      UsageError: They are of another class.
    """
    if crops is not None and not isinstance(crops, Crops):
        raise UsageError(
            f"The crops are {kind_of(crops)}: a Crops object is needed, such as "
            "ldrsp_tf.Crops(size=24, offsets=(0, 8))."
        )


def require_augmentation(augment: Augmentation | None) -> None:
    """Refuses an augmentation that is no function.

    Args:
      augment: The user's augmentation.

    Raises:
      UsageError: It is of another class.
    """
    if augment is not None and not callable(augment):
        raise UsageError(
            f"augment is {kind_of(augment)}: {_AN_AUGMENTATION} is needed, such as "
            "ldrsp_tf.data.augmentation.random_crop_and_mirror(24)."
        )


def require_callback(on_epoch_end: Callable[[Record], None] | None) -> None:
    """Refuses a callback that is no function, such as a list of Keras' callbacks.

    Args:
      on_epoch_end: The user's function of the record of each epoch; None without one.

    Raises:
      UsageError: It is of another class.
    """
    if on_epoch_end is not None and not callable(on_epoch_end):
        raise UsageError(
            f"on_epoch_end is {kind_of(on_epoch_end)}: a function of the record of an "
            "epoch is needed, such as print."
        )


def require_path(folder: str | os.PathLike[str]) -> None:
    """Refuses a folder that is no path.

    Args:
      folder: The user's folder.

    Raises:
      UsageError: It is of another class.
    """
    if not isinstance(folder, (str, os.PathLike)):
        raise UsageError(
            f"The folder is {kind_of(folder)}: a path is needed, a str or a "
            "pathlib.Path."
        )


def require_preprocessing(preprocessing: keras.Model | None) -> None:
    """Refuses a preprocessing that is no Keras model.

    Args:
      preprocessing: The user's preprocessing.

    Raises:
      UsageError: It is of another class.
    """
    if preprocessing is not None and not isinstance(preprocessing, keras.Model):
        raise UsageError(
            f"The preprocessing is {kind_of(preprocessing)}: a keras.Model is needed, "
            "such as keras.Sequential([layer])."
        )


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
            f"({reason_of(error)}); give {_AN_AUGMENTATION}."
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
