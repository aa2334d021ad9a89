"""A command's flags: parsed, refused in one sentence and shown without TensorFlow.

TensorFlow takes seconds to import, which a mistyped flag or a call for help should not
wait for. A command therefore parses its flags first, and imports whatever needs
TensorFlow in its `main`, after that.
"""

import difflib
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import NoReturn

from absl import flags

from datasets.errors import DataError
from experiments.cli.errors import discard_output
from experiments.cli.flag import Flag
from experiments.cli.help import help_text
from ldrsp_tf.errors import UsageError

_HELP = {
    f"{dashes}{name}"
    for dashes in ("-", "--")
    for name in ("h", "help", "helpshort", "helpfull")
}

# Notes on the values that hold for the given flags, and a sentence about them.
Describe = Callable[[flags.FlagValues], tuple[Mapping[str, str], str]]


class Command:
    """A command of the package.

    Args:
      purpose: The docstring of its module.
      own_flags: Its flags, in the order that its help lists them in.
    """

    def __init__(self, purpose: str | None, own_flags: Sequence[Flag]):
        self._purpose = purpose or ""
        self._flags = tuple(own_flags)

    def preview(self, argv: Sequence[str]) -> flags.FlagValues:
        """Returns the command's own flags, whatever else stands on the command line.

        Args:
          argv: The command line.

        Raises:
          SystemExit: The value of a flag is refused.
        """
        values = _defined(self._flags)
        _parse(values, _without_help(argv), self._flags, known_only=True)
        return values

    def parse(
        self,
        argv: Sequence[str],
        settings: Sequence[Flag] = (),
        describe: Describe = lambda values: ({}, ""),
    ) -> flags.FlagValues:
        """Parses a command line, or prints the help that it asks for.

        Args:
          argv: The command line, the name of the program first.
          settings: Flags beyond the command's own.
          describe: Returns the notes of the help on values that are not given, and a
        remark above all flags.

        Raises:
          SystemExit: The help is shown (with status 0), or a flag is refused.
        """
        known = (*self._flags, *settings)
        values = _defined(known)
        rest = _parse(values, _without_help(argv), known)
        if rest:
            _refuse(f"{rest[0]!r} is not a flag; flags begin with --.")
        if _asks_for_help(argv):
            _show(help_text(self._purpose, known, *_described(describe, values)))
            sys.exit(0)
        for flag in known:
            if flag.required and values[flag.name].value is None:
                _refuse(f"--{flag.name} is missing: {flag.help}.")
        return values


def _described(
    describe: Describe, values: flags.FlagValues
) -> tuple[Mapping[str, str], str]:
    """Describes values, or refuses those that do not fit as a run does."""
    try:
        return describe(values)
    except (UsageError, DataError) as error:
        _refuse(str(error))


def _show(text: str) -> None:
    try:
        print(text, flush=True)
    except BrokenPipeError:
        # The reader, such as `head`, has seen enough; nothing is left to be flushed.
        discard_output()


def _defined(known: Sequence[Flag]) -> flags.FlagValues:
    values = flags.FlagValues()
    values.set_gnu_getopt(True)  # Flags count wherever they stand.
    for flag in known:
        flag.define(values)
    return values


def _parse(
    values: flags.FlagValues,
    argv: Sequence[str],
    known: Sequence[Flag],
    known_only: bool = False,
) -> list[str]:
    """Parses a command line; returns the arguments that are no flags."""
    try:
        return values(list(argv), known_only=known_only)[1:]
    except flags.UnrecognizedFlagError as error:
        _refuse(_unknown(error.flagname, [flag.name for flag in known]))
    except flags.Error as error:
        _refuse(str(error).removeprefix("flag ").rstrip(".") + ".")


def _unknown(name: str, known: Sequence[str]) -> str:
    near = difflib.get_close_matches(name.removeprefix("no"), known, n=1)
    mend = f"did you mean --{near[0]}?" if near else "--help lists the flags."
    return f"There is no flag --{name}; {mend}"


def _asks_for_help(argv: Sequence[str]) -> bool:
    return not _HELP.isdisjoint(argv[1:])


def _without_help(argv: Sequence[str]) -> list[str]:
    return [argument for argument in argv if argument not in _HELP]


def _refuse(sentence: str) -> NoReturn:
    sys.exit(f"error: {sentence}")
