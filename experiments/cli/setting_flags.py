"""Flags made from the settings of configurations."""

import shlex
from collections.abc import Mapping, Sequence
from typing import Any

from absl import flags

from experiments.cli.flag import Flag, value_text
from experiments.cli.setting_tree import Leaf, leaves
from ldrsp_tf.settings import PAPER, Domain, is_setting


def setting_flags(config: type, others: Sequence[type]) -> list[Flag]:
    """Returns a flag for every setting; unset, the configuration's own value holds.

    Settings that only other configurations have are flags, too, but the help does not
    list them: giving one is answered by the sentence that the task does not have it.

    Args:
      config: The class of the configuration.
      others: The classes of all configurations.
    """
    own = {leaf.name: _flag(leaf, is_listed=True) for leaf in _settings(config)}
    foreign = {
        leaf.name: _flag(leaf, is_listed=False)
        for other in others
        for leaf in _settings(other)
    }
    return list({**own, **{k: v for k, v in foreign.items() if k not in own}}.values())


def given_settings(
    values: flags.FlagValues, settings: Sequence[Flag]
) -> dict[str, Any]:
    """Returns the values of the settings that a command line gives, by name."""
    given = {flag.name: values[flag.name].value for flag in settings}
    return {name: value for name, value in given.items() if value is not None}


def setting_notes(config: type, held: Mapping[str, Any]) -> dict[str, str]:
    """Returns a note for each setting: the value that holds, and its source.

    Args:
      config: The class of the configuration.
      held: The values that hold, by name.
    """
    return {leaf.name: _note(leaf, held[leaf.name]) for leaf in _settings(config)}


def flag_list(settings: Mapping[str, Any]) -> list[str]:
    """Returns the flags that give those settings, as arguments of a process."""
    return [
        f"--{name}={','.join(map(str, v)) if isinstance(v, tuple) else v}"
        for name, v in settings.items()
    ]


def as_flags(settings: Mapping[str, Any]) -> str:
    """Returns the flags that give those settings, quoted where a shell needs it."""
    return shlex.join(flag_list(settings))


def _settings(config: type) -> list[Leaf]:
    return [leaf for leaf in leaves(config) if is_setting(leaf.field)]


def _flag(leaf: Leaf, is_listed: bool) -> Flag:
    return Flag(
        leaf.name,
        leaf.field.metadata["help"],
        leaf.group,
        Domain.of(leaf.field),
        is_listed=is_listed,
    )


def _note(leaf: Leaf, value: Any) -> str:
    if value is None:
        return "not set"
    if isinstance(value, list):
        value = tuple(value)
    is_papers = leaf.field.metadata["source"] == PAPER and value == leaf.field.default
    return f"{value_text(value)}, {'as in the paper' if is_papers else 'our choice'}"
