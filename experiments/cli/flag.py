"""A command-line flag: its name, its meaning and the values that it takes."""

import dataclasses
import os
from typing import Any

from absl import flags

from ldrsp_tf.settings import Domain

# Groups of flags, in the order that a user needs them.
GROUPS = (
    "main",
    "task",
    "data",
    "search",
    "networks",
    "training",
    "samples",
    "refinement",
    "execution",
    "output",
)


TEXT = Domain(str)
PATH = Domain(str, is_path=True)


@dataclasses.dataclass(frozen=True)
class Flag:
    """A flag of a command.

    Attributes:
      name: The name, without dashes.
      help: The meaning, complete without the flags around it.
      group: The group that the help lists it in, one of `GROUPS`.
      domain: The values that it takes.
      default: The value where it is not given; None for none.
      note: A remark on the value that holds where it is not given, for the help; by
        default that value.
      required: Whether it has to be given.
      is_listed: Whether the help lists it.
    """

    name: str
    help: str
    group: str = "output"
    domain: Domain = TEXT
    default: Any = None
    note: str = ""
    required: bool = False
    is_listed: bool = True

    def define(self, values: flags.FlagValues) -> None:
        """Defines the flag among those of a command."""
        if self.domain.kind is bool:
            flag = flags.BooleanFlag(self.name, self.default, self.help)
            flag.parser = _BooleanParser()
            flags.DEFINE_flag(flag, values)
        else:
            parser = _Parser(self.domain)
            flags.DEFINE(parser, self.name, self.default, self.help, values)


class _BooleanParser(flags.BooleanParser):
    """Reads true or false."""

    def parse(self, argument: Any) -> bool:
        try:
            return super().parse(argument)
        except (TypeError, ValueError) as error:
            raise ValueError("it should be true or false") from error


class _Parser(flags.ArgumentParser[Any]):
    """Reads a value of a domain; what it refuses ends in a sentence."""

    def __init__(self, domain: Domain):
        super().__init__()
        self._domain = domain

    def parse(self, argument: Any) -> Any:
        value = self._read(argument) if isinstance(argument, str) else argument
        if value not in self._domain or value == ():
            separated = ", separated by commas" if self._domain.is_list else ""
            raise ValueError(f"it should be {self._domain}{separated}")
        return value

    def _read(self, text: str) -> Any:
        kind = self._domain.kind
        try:
            if self._domain.is_list:
                return tuple(kind(part) for part in text.split(","))
            # A shell leaves the ~ of --name=~/folder as it is.
            return os.path.expanduser(text) if self._domain.is_path else kind(text)
        except ValueError:
            return ()  # In no domain.


def value_text(value: Any) -> str:
    """Returns a value as a command line has it."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, (list, tuple)):
        return ",".join(map(str, value)) or "none"
    return str(value)
