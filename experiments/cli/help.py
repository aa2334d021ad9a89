"""The text that `--help` prints: the purpose of a command, and its flags in groups."""

import shutil
import textwrap
from collections.abc import Iterable, Mapping

from experiments.cli.flag import GROUPS, Flag, value_text

_TITLES = {
    "main": "Main",
    "task": "Task and method",
    "data": "Data",
    "search": "Search",
    "networks": "Networks",
    "training": "Training",
    "samples": "Samples that the discriminator is trained on",
    "refinement": "Refinement",
    "execution": "Execution",
    "output": "Output",
}
_WIDEST = 100
_PLACEHOLDERS = {int: "INTEGER", float: "NUMBER", str: "TEXT"}


def help_text(
    purpose: str, flags: Iterable[Flag], notes: Mapping[str, str], remark: str = ""
) -> str:
    """Returns the help of a command.

    Args:
      purpose: The docstring of its module.
      flags: Its flags, in the order that they are listed in.
      notes: Remarks on the value that holds where a flag is not given, by its name.
      remark: A sentence above the flags.
    """
    width = min(_WIDEST, shutil.get_terminal_size().columns)
    listed = [flag for flag in flags if flag.is_listed]
    groups = [[flag for flag in listed if flag.group == group] for group in GROUPS]
    parts = [purpose.strip()]
    if remark:
        parts.append("\n".join(_wrapped(remark, width, "", "")))
    for group, members in zip(GROUPS, groups, strict=True):
        if members:
            entries = [_entry(flag, notes.get(flag.name), width) for flag in members]
            parts.append("\n".join([f"{_TITLES[group]}:", *entries]))
    return "\n\n".join(parts)


def _entry(flag: Flag, note: str | None, width: int) -> str:
    if note is None:
        note = flag.note or _default_note(flag)
    head = f"  {_usage(flag)}" + (f"  [{note}]" if note else "")
    lines = _wrapped(head, width, "", " " * 8)
    text = flag.help[:1].upper() + flag.help[1:].rstrip(".") + "."
    return "\n".join([*lines, *_wrapped(text, width, " " * 6, " " * 6)])


def _wrapped(text: str, width: int, first: str, others: str) -> list[str]:
    # A flag or a folder's name stays in one piece.
    return textwrap.wrap(
        text,
        width,
        initial_indent=first,
        subsequent_indent=others,
        break_on_hyphens=False,
        break_long_words=False,
    )


def _usage(flag: Flag) -> str:
    domain = flag.domain
    if domain.kind is bool:
        return f"--[no]{flag.name}"
    if domain.choices and len("|".join(domain.choices)) < _WIDEST // 2:
        return f"--{flag.name}={'|'.join(domain.choices)}"
    placeholder = "NAME" if domain.choices else _PLACEHOLDERS[domain.kind]
    if domain.is_path:
        placeholder = "PATH"
    if domain.is_list:
        placeholder += ",..."
    return f"--{flag.name}={placeholder}"


def _default_note(flag: Flag) -> str:
    if flag.required:
        return "required"
    return "" if flag.default is None else value_text(flag.default)
