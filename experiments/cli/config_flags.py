"""Command-line flags made from the fields of the configurations."""

import dataclasses
import shlex
import typing
from typing import Any

from absl import flags

from experiments.tasks.config import OURS, PAPER, Config
from ldrsp_tf.errors import UsageError

# These two choose the configuration; the others are settings within it.
_NOT_SETTINGS = ("task", "method")


def define_flags(config_types: typing.Iterable[type[Config]]) -> None:
    """Defines a flag for every setting; unset, the task's own value holds."""
    for config_type in config_types:
        for field in _settings(config_type):
            if field.name not in flags.FLAGS:
                _define(field, typing.get_type_hints(config_type)[field.name])


def given_settings(config_types: typing.Iterable[type[Config]]) -> dict[str, Any]:
    """The settings that the user has given."""
    given = {}
    for config_type in config_types:
        for field in _settings(config_type):
            value = flags.FLAGS[field.name].value
            if value is not None:
                kind = typing.get_type_hints(config_type)[field.name]
                given[field.name] = _parse(field, kind, value)
    return given


def as_flags(settings: typing.Mapping[str, Any]) -> str:
    """What gives those settings on a command line, quoted where a shell needs it."""
    return shlex.join(
        f"--{name}={','.join(map(str, v)) if isinstance(v, tuple) else v}"
        for name, v in settings.items()
    )


def _settings(config_type: type[Config]) -> list[dataclasses.Field]:
    return [f for f in dataclasses.fields(config_type) if f.name not in _NOT_SETTINGS]


def _define(field: dataclasses.Field, kind: Any) -> None:
    text = f"{field.metadata['help']}{_note(field)}"
    low, high = field.metadata["low"], field.metadata["high"]
    if field.metadata["choices"]:
        flags.DEFINE_enum(field.name, None, field.metadata["choices"], text)
    elif _given(kind) is bool:
        flags.DEFINE_bool(field.name, None, text)
    elif _given(kind) is str:
        flags.DEFINE_string(field.name, None, text)
    elif _given(kind) is int:
        flags.DEFINE_integer(field.name, None, text, low, high)
    elif _is_scalar(kind):
        flags.DEFINE_float(field.name, None, text, low, high)
    else:
        flags.DEFINE_list(field.name, None, text)


def _note(field: dataclasses.Field) -> str:
    """What holds where the flag is not given, and who says so."""
    if field.default is None:
        return ""
    default = field.default
    if isinstance(default, tuple):
        default = ",".join(map(str, default))
    chosen_by = {PAPER: "the paper's value", OURS: "our choice"}
    return f" [usually {default}, {chosen_by[field.metadata['source']]}]"


def _is_scalar(kind: Any) -> bool:
    return typing.get_origin(_given(kind)) is not tuple


def _given(kind: Any) -> Any:
    """The type of a value that is given, of a setting that may be None."""
    if type(None) in typing.get_args(kind):
        return typing.get_args(kind)[0]
    return kind


def _parse(field: dataclasses.Field, kind: Any, value: Any) -> Any:
    """The flag's value in the field's type; only lists come as text."""
    if _is_scalar(kind):
        return value
    element = typing.get_args(_given(kind))[0]
    try:
        parsed = tuple(element(part) for part in value)
    except ValueError:
        parsed = ()
    if not parsed or min(parsed) < field.metadata["low"]:
        raise UsageError(
            f"--{field.name}={','.join(value)} should be {element.__name__}s of at "
            f"least {field.metadata['low']}, separated by commas."
        )
    return parsed
