"""Settings given as a dict of the values that differ from the defaults."""

import dataclasses
from collections.abc import Mapping
from typing import Any, TypeVar

from ldrsp_tf.errors import UsageError, kind_of
from ldrsp_tf.settings import TrainingSettings

Settings = TypeVar("Settings")


def apply_overrides(
    defaults: Settings, given: Settings | Mapping[str, Any] | None, name: str
) -> Settings:
    """Returns the defaults with the user's values in their place.

    Args:
      defaults: A dataclass of settings, fields of which may be such dataclasses.
      given: Settings to take instead, or a dict of those that differ, by name; None for
        the defaults.
      name: The name of the settings in messages.

    Raises:
      UsageError: `given` is something else, or a name is unknown.
    """
    if given is None:
        return defaults
    if isinstance(given, type(defaults)):
        return given
    if not isinstance(given, Mapping):
        raise UsageError(
            f"The {name} are {kind_of(given)}: a {type(defaults).__name__} is needed, "
            "or a dict of what differs from the default ones."
        )
    own = {f.name: getattr(defaults, f.name) for f in dataclasses.fields(defaults)}  # type: ignore[arg-type]  # A dataclass, which a type variable cannot express.
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
    return dataclasses.replace(defaults, **changes)  # type: ignore[type-var]  # As above.


def prefer_given_weight(
    given: TrainingSettings | Mapping[str, Any] | None,
) -> TrainingSettings | Mapping[str, Any] | None:
    """Returns settings in which an adversarial weight turns a default share off.

    A share stands above a weight (`TrainingSettings.adversarial_share`), so that a
    weight in a dict of changes would have no effect beside a default share.

    Args:
      given: The user's settings, or a dict of those that differ from the defaults.
    """
    if isinstance(given, Mapping) and "adversarial_weight" in given:
        return {"adversarial_share": None, **given}
    return given
