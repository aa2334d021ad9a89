"""Nested dataclasses of settings as flat dictionaries, and back.

A run's `config.json`, its flags and the settings in `experiments/configs/` name every
setting on one level; a configuration groups them in the dataclasses that use them.
"""

import dataclasses
from collections.abc import Mapping
from typing import Any, NamedTuple, TypeVar

Settings = TypeVar("Settings")


class Leaf(NamedTuple):
    """A setting of a tree of dataclasses.

    Attributes:
      name: The name in flat dictionaries.
      field: The dataclass field that holds the value.
      group: The group of flags that the setting is listed in.
    """

    name: str
    field: "dataclasses.Field[Any]"
    group: str


def leaves(kind: type, group: str = "") -> tuple[Leaf, ...]:
    """Returns the settings of a dataclass and of the dataclasses within it.

    Args:
      kind: The dataclass.
      group: The group of the settings that name none.
    """
    found: list[Leaf] = []
    for field in dataclasses.fields(kind):
        own_group = field.metadata.get("group") or group
        nested = _nested(field)
        if nested is not None:
            found += leaves(nested, own_group)
        else:
            found.append(Leaf(_flat_name(field), field, own_group))
    return tuple(found)


def flatten(settings: Any) -> dict[str, Any]:
    """Returns the value of each setting of a tree by its flat name."""
    flat: dict[str, Any] = {}
    for field in dataclasses.fields(settings):
        value = getattr(settings, field.name)
        if _nested(field) is not None:
            flat.update(flatten(value))
        else:
            flat[_flat_name(field)] = value
    return flat


def unflatten(kind: type[Settings], flat: Mapping[str, Any]) -> Settings:
    """Returns the tree with those values, and with defaults where `flat` has none.

    Args:
      kind: The dataclass at the root of the tree.
      flat: Values by the flat names of the settings.

    Raises:
      TypeError: A name is unknown, or a setting without a default is missing.
      UsageError: A value is out of bounds.
    """
    unknown = flat.keys() - {leaf.name for leaf in leaves(kind)}
    if unknown:
        raise TypeError(f"{kind.__name__} has no setting {', '.join(sorted(unknown))}")
    return _build(kind, flat)


def _build(kind: Any, flat: Mapping[str, Any]) -> Any:
    arguments = {}
    for field in dataclasses.fields(kind):
        nested, name = _nested(field), _flat_name(field)
        if nested is not None:
            arguments[field.name] = _build(nested, flat)
        elif name in flat:
            arguments[field.name] = flat[name]
    return kind(**arguments)


def _nested(field: "dataclasses.Field[Any]") -> Any:
    """Returns the dataclass that a field holds; None for a plain value."""
    return field.type if dataclasses.is_dataclass(field.type) else None


def _flat_name(field: "dataclasses.Field[Any]") -> str:
    return field.metadata.get("name") or field.name
