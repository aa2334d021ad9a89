"""Checks of the arguments of a refiner and its calls, by their classes."""

import os
from collections.abc import Callable
from types import NoneType

import keras

from ldrsp_tf.data.augmentation import Augmentation
from ldrsp_tf.errors import UsageError, require_function, require_kind
from ldrsp_tf.methods import AUTO, Method
from ldrsp_tf.models import CrossFitted, Discriminator
from ldrsp_tf.prediction.crops import Crops
from ldrsp_tf.settings import Domain
from ldrsp_tf.spaces.base import OutputSpace
from ldrsp_tf.training.history import Record

AN_AUGMENTATION = "a function of inputs, outputs and a seed that returns both parts"


def require_arguments(
    space: OutputSpace,
    method: Method | str,
    frozen: bool,
    crops: Crops | None,
    augment: Augmentation | None,
) -> None:
    """Refuses arguments of a refiner that are of other classes than theirs.

    Args:
      space: The user's output space, and not the class of one.
      method: The user's method, or its name.
      frozen: Whether the generator is left as it is; a word such as "no" would count as
        true.
      crops: The user's crops, and not their size and offsets alone.
      augment: The user's augmentation.

    Raises:
      UsageError: One is of another class.
    """
    require_kind(
        space,
        OutputSpace,
        "The space is",
        "an output space is needed, such as TagSpace() or ClassMapSpace()",
    )
    require_kind(
        method,
        (Method, str),
        "The method is",
        f'a name is needed, such as "{AUTO.name}", or a Method of ldrsp_tf.methods',
    )
    if frozen not in Domain(bool):
        raise UsageError(
            f"frozen is {frozen!r}; give True to leave the model as it is, False to "
            "train it."
        )
    require_kind(
        crops,
        (Crops, NoneType),
        "The crops are",
        "a Crops object is needed, such as ldrsp_tf.Crops(size=24, offsets=(0, 8))",
    )
    require_augmentation(augment)


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
    if method.has_generator:
        require_kind(
            generator, keras.Model, "The generator is", "a keras.Model is needed"
        )
    require_kind(
        discriminator,
        (Discriminator, NoneType),
        "The discriminator is",
        "an instance of a subclass of ldrsp_tf.Discriminator is needed",
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


def require_preprocessing(preprocessing: keras.Model | None) -> None:
    """Refuses a preprocessing that is no Keras model.

    Args:
      preprocessing: The user's preprocessing.

    Raises:
      UsageError: It is of another class.
    """
    require_kind(
        preprocessing,
        (keras.Model, NoneType),
        "The preprocessing is",
        "a keras.Model is needed, such as keras.Sequential([layer])",
    )


def require_augmentation(augment: Augmentation | None) -> None:
    """Refuses an augmentation that is no function.

    Args:
      augment: The user's augmentation.

    Raises:
      UsageError: It is of another class.
    """
    if augment is not None:
        require_function(
            augment,
            "augment is",
            f"{AN_AUGMENTATION} is needed, such as "
            "ldrsp_tf.data.augmentation.random_crop_and_mirror(24)",
        )


def require_callback(on_epoch_end: Callable[[Record], None] | None) -> None:
    """Refuses a callback that is no function, such as a list of Keras' callbacks.

    Args:
      on_epoch_end: The user's function of the record of each epoch; None without one.

    Raises:
      UsageError: It is of another class.
    """
    if on_epoch_end is not None:
        require_function(
            on_epoch_end,
            "on_epoch_end is",
            "a function of the record of an epoch is needed, such as print",
        )


def require_path(folder: str | os.PathLike[str]) -> None:
    """Refuses a folder that is no path.

    Args:
      folder: The user's folder.

    Raises:
      UsageError: It is of another class.
    """
    require_kind(
        folder,
        (str, os.PathLike),
        "The folder is",
        "a path is needed, a str or a pathlib.Path",
    )
