"""Settings given as a dict of what differs from the stock ones."""

import dataclasses
from collections.abc import Mapping
from typing import Any, TypeVar

from ldrsp_tf.errors import UsageError

Settings = TypeVar("Settings")


def overridden(
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
        key: overridden(own[key], value, f"settings of the {key}")
        if dataclasses.is_dataclass(own[key])
        else value
        for key, value in given.items()
    }
    return dataclasses.replace(stock, **changes)
