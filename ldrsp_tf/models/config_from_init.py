"""Keras models that can be saved: their configuration is their arguments."""

import inspect
from typing import Any


class ConfigFromInit:
    """A mix-in for Keras models whose configuration is their constructor's arguments.

    To stand before the Keras class among the bases. Arguments have to be numbers,
    strings or tuples of them.
    """

    _arguments: dict[str, Any]

    def __new__(cls, *args: Any, **kwargs: Any) -> Any:
        """Returns a new object that keeps its arguments."""
        made = super().__new__(cls, *args, **kwargs)
        bound = inspect.signature(cls).bind(*args, **kwargs)
        bound.apply_defaults()
        arguments = dict(bound.arguments)
        further = _name_of_further(cls)
        if further is not None:
            arguments.update(arguments.pop(further, {}))
        object.__setattr__(made, "_arguments", arguments)
        return made

    def get_config(self) -> dict[str, Any]:
        """Returns every argument, and name and precision if they can be given too."""
        if _name_of_further(type(self)) is None:
            return dict(self._arguments)
        layer: Any = self
        return {
            **self._arguments,
            "name": layer.name,
            "dtype": layer.dtype_policy.name,
        }


def _name_of_further(cls: type) -> str | None:
    """Returns the name of a constructor's further keyword arguments, if it has any."""
    for name, parameter in inspect.signature(cls).parameters.items():
        if parameter.kind is inspect.Parameter.VAR_KEYWORD:
            return name
    return None
