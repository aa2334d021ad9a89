"""Keras models that can be saved: their arguments are their configuration."""

import inspect
from typing import Any


class ConfigFromInit:
    """Gives a Keras model the configuration that it was made with.

    To stand before the Keras class among the bases. Arguments have to be numbers,
    words or tuples of them.
    """

    def __new__(cls, *args: Any, **kwargs: Any) -> "ConfigFromInit":
        """A new object that remembers its arguments."""
        made = super().__new__(cls, *args, **kwargs)
        bound = inspect.signature(cls.__init__).bind(made, *args, **kwargs)
        bound.apply_defaults()
        given = dict(list(bound.arguments.items())[1:])
        given.update(given.pop(_name_of_further(cls), {}))
        object.__setattr__(made, "_given", given)
        return made

    def get_config(self) -> dict[str, Any]:
        """Every argument, and name and precision where they can be given too."""
        if _name_of_further(type(self)) is None:
            return dict(self._given)
        return {**self._given, "name": self.name, "dtype": self.dtype_policy.name}


def _name_of_further(cls: type) -> str | None:
    """What a constructor calls its further keyword arguments, if it takes any."""
    for name, parameter in inspect.signature(cls.__init__).parameters.items():
        if parameter.kind is inspect.Parameter.VAR_KEYWORD:
            return name
    return None
