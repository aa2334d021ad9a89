"""An output space as JSON: the name of its class and its constructor's arguments."""

import inspect
import json
from collections.abc import Mapping
from typing import Any

import tensorflow as tf

from ldrsp_tf.errors import UsageError, kind_of, reason_of
from ldrsp_tf.settings import plain_value
from ldrsp_tf.spaces import SPACES
from ldrsp_tf.spaces.base import OutputSpace
from ldrsp_tf.spaces.custom_oracle import Measure

Json = dict[str, Any]

_VARIABLE = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)


class UnknownSpaceError(Exception):
    """An output space whose class was not given."""


def describe_space(space: OutputSpace) -> Json:
    """Returns the description of a space that `space_of` reads.

    Args:
      space: The space, perhaps of a class of the user's own.

    Raises:
      UsageError: It could not be made again by its property `arguments`.
    """
    arguments = json.loads(json.dumps(space.arguments, default=plain_json))
    _require_all_arguments(type(space), arguments)
    return {
        "class": type(space).__name__,
        "arguments": arguments,
        "has_custom_oracle": space.custom_oracle is not None,
    }


def space_of(
    description: Json, oracle: Measure | None, custom_objects: Mapping[str, Any]
) -> OutputSpace:
    """Makes the space that `describe_space` describes.

    Args:
      description: The description.
      oracle: The custom oracle, if there was one.
      custom_objects: Classes of the user's own, by name.

    Raises:
      UnknownSpaceError: Its class is neither the library's nor among those.
    """
    name = description["class"]
    known = {**SPACES, **custom_objects}
    if name not in known:
        raise UnknownSpaceError(
            f"The output space {name} is not known; name its class in custom_objects."
        )
    space = known[name](**description["arguments"])
    if description["has_custom_oracle"] and space.custom_oracle is None:
        oracle = oracle or _unknown_oracle
    return space if oracle is None else space.with_oracle(oracle)


def plain_json(value: Any) -> Any:
    """Returns a number or array of NumPy as JSON has it.

    Args:
      value: A value that JSON does not have.

    Raises:
      UsageError: It is something else.
    """
    plain = plain_value(value)
    if plain is value:
        raise UsageError(
            f"A refiner with {kind_of(value)} among its settings, or the arguments of "
            "its output space, cannot be saved; give numbers, texts or lists of them."
        )
    return plain


def _require_all_arguments(kind: type[OutputSpace], arguments: Json) -> None:
    """Refuses a class whose objects are not made again by these arguments."""
    parameters = inspect.signature(kind).parameters.items()
    needed = [name for name, each in parameters if each.kind not in _VARIABLE]
    missing = [name for name in needed if name not in ("oracle", *arguments)]
    reason = f"{', '.join(missing)} missing" if missing else ""
    if not missing:
        try:
            kind(**arguments)
        except Exception as error:  # A class of the user's may raise anything.
            reason = reason_of(error)
    if reason:
        raise UsageError(
            f"The output space {kind.__name__} could not be loaded again ({reason}): "
            "its property `arguments` has to return all arguments of its constructor "
            "but the oracle, by name."
        )


def _unknown_oracle(y: tf.Tensor, y_true: tf.Tensor) -> tf.Tensor:
    raise UsageError(
        "This refiner was trained with an oracle of your own, which no file can keep; "
        "pass it as load(..., oracle=)."
    )
