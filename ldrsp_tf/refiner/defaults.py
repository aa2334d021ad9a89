"""What a refiner takes where its user names nothing: a D, a method, settings."""

import dataclasses
from collections.abc import Mapping
from typing import Any, TypeVar

import tensorflow as tf

from ldrsp_tf.data.examples import Examples
from ldrsp_tf.errors import UsageError
from ldrsp_tf.methods import LDRSP_PLUS, Method
from ldrsp_tf.models import Discriminator, EnergyNetwork
from ldrsp_tf.models.segmentation import PatchDiscriminator
from ldrsp_tf.settings import RefinementGrid, SamplingSettings, TrainingSettings
from ldrsp_tf.spaces.base import OutputSpace
from ldrsp_tf.spaces.class_maps import ClassMapSpace

_MAPS = 3  # Axes of a class map.


def default_method(space: OutputSpace) -> Method:
    """LDRSP+, whose oracle reads maps relaxed and tags decided, as in our tables."""
    return dataclasses.replace(LDRSP_PLUS, binarised_oracle=space.rank != _MAPS)


def default_settings(space: OutputSpace, method: Method) -> TrainingSettings:
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


def default_grid(space: OutputSpace) -> RefinementGrid:
    """The candidates of our tables."""
    if space.rank != _MAPS:
        return RefinementGrid(normalized=False)
    return RefinementGrid(step_sizes=(8.0,), steps=(1, 2, 5, 10))


def default_discriminator(space: OutputSpace, examples: Examples) -> Discriminator:
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


Settings = TypeVar("Settings")


def apply_overrides(
    stock: Settings, given: Settings | Mapping[str, Any] | None, name: str
) -> Settings:
    """The stock settings with what the user gives in their place.

    Args:
      stock: A dataclass of settings, some of which may be such dataclasses themselves.
      given: Settings to take instead, or a dict of those that differ, by name; None for
        none.
      name: What to call the settings in an error.

    Raises:
      UsageError: It is something else, or a name is unknown.
    """
    if given is None or isinstance(given, type(stock)):
        return given or stock
    if not isinstance(given, Mapping):
        raise UsageError(
            f"The {name} are a {type(given).__name__}: a {type(stock).__name__} is "
            "needed, or a dict of what differs from the stock ones."
        )
    own = {each.name: getattr(stock, each.name) for each in dataclasses.fields(stock)}
    for unknown in given.keys() - own.keys():
        raise UsageError(
            f"There is no {unknown!r} among the {name}; there are {', '.join(own)}."
        )
    changes = {
        key: apply_overrides(own[key], value, f"settings of the {key}")
        if dataclasses.is_dataclass(own[key])
        else value
        for key, value in given.items()
    }
    return dataclasses.replace(stock, **changes)
