"""The shape of a result, which a hand that edits its file may have broken.

Commands read a result after this check alone, so that whatever is wrong is said in one
sentence, with the file and the part.
"""

import math
import pathlib
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from ldrsp_tf.errors import UsageError

_Faults = Iterator[str]
_Check = Callable[[str, Any], _Faults]


def require_result(path: pathlib.Path, result: Mapping[str, Any], *needed: str) -> None:
    """Refuses what is no result of a run.

    Args:
      path: The file, for the message.
      result: The content of the file.
      *needed: The parts that have to be there beside those that every table reads.

    Raises:
      UsageError: A part is missing, or has a value that no run writes.
    """
    _refuse_first(path, _faults(result, {*_ALWAYS, *needed}))


def require_run(path: pathlib.Path, result: Mapping[str, Any]) -> None:
    """Refuses a result that lacks a part with which its run predicts again.

    Args:
      path: The file, for the message.
      result: The content of the file.

    Raises:
      UsageError: A part is missing, or has a value that no run writes.
    """
    require_result(path, result, "selected", "config", "command")
    _refuse_first(path, _faults_of_choices(result))


def _refuse_first(path: pathlib.Path, faults: _Faults) -> None:
    for fault in faults:
        raise UsageError(
            f"{path} is not the result of a run ({fault}); make it anew with "
            "experiments.run, in an empty folder."
        )


def _faults_of_choices(result: Mapping[str, Any]) -> _Faults:
    """Yields what the choices lack for outputs that were measured on test rows."""
    test, selected = result["test"], result["selected"]
    untuned = test.keys() - {*selected.get("calibration", {}), "decided"}
    if untuned:
        yield f"selected.calibration lacks {', '.join(sorted(untuned))}"
    if "decided" in test and "decision" not in selected:
        yield "selected.decision is missing"


def _faults(result: Mapping[str, Any], needed: set[str]) -> _Faults:
    for name, check in _PARTS.items():
        if name in result:
            yield from check(name, result[name])
        elif name in needed:
            yield f"{name} is missing"


def _is(kind: type, wanted: str) -> _Check:
    def check(name: str, value: Any) -> _Faults:
        # For Python, True is a number as well.
        if not isinstance(value, kind) or isinstance(value, bool) != (kind is bool):
            yield f"{name} is {_shown(value)}, not {wanted}"

    return check


def _count(low: int) -> _Check:
    def check(name: str, value: Any) -> _Faults:
        is_count = isinstance(value, int) and not isinstance(value, bool)
        if not is_count or value < low:
            yield f"{name} is {_shown(value)}, not a whole number from {low}"

    return check


def _number(name: str, value: Any) -> _Faults:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if not is_number or not math.isfinite(value):
        yield f"{name} is {_shown(value)}, not a number"


def _number_or_nan(name: str, value: Any) -> _Faults:
    # The correlation with a constant is none.
    if not isinstance(value, float) or not math.isnan(value):
        yield from _number(name, value)


def _error(name: str, value: Any) -> _Faults:
    # One example has no standard error, or in older results an infinite one.
    if value is not None and value != math.inf:
        yield from _number(name, value)


_text = _is(str, "a text")


def _each(check: _Check) -> _Check:
    """Checks every value of an object."""

    def check_all(name: str, value: Any) -> _Faults:
        yield from _is(dict, "an object")(name, value)
        for key, part in value.items():
            yield from check(f"{name}.{key}", part)

    return check_all


def _list(check: _Check, low: int = 0) -> _Check:
    def check_all(name: str, value: Any) -> _Faults:
        if not isinstance(value, list) or len(value) < low:
            yield f"{name} is {_shown(value)}, not a list of at least {low}"
        for index, part in enumerate(value):
            yield from check(f"{name}[{index}]", part)

    return check_all


def _fields(required: dict[str, _Check], optional: dict[str, _Check]) -> _Check:
    def check(name: str, value: Any) -> _Faults:
        yield from _is(dict, "an object")(name, value)
        for key, part in {**required, **optional}.items():
            if key in value:
                yield from part(f"{name}.{key}", value[key])
            elif key in required:
                yield f"{name}.{key} is missing"

    return check


def _trajectory(name: str, value: Any) -> _Faults:
    lists = dict.fromkeys(("steps", "metric", "score", "oracle"), _list(_number, 1))
    yield from _fields(lists, {})(name, value)
    if len({len(value[part]) for part in lists}) > 1:
        yield f"the lists of {name} have different lengths"


_CANDIDATE = {"output": _text, "decoder": _text, "metric": _number}

_DECISION = _fields(
    {
        **_CANDIDATE,
        "metric_name": _text,
        "sentence": _text,
        "compared": _list(
            _fields(
                {
                    **_CANDIDATE,
                    "gain": _number,
                    "error": _error,
                    "is_taken": _is(bool, "true or false"),
                },
                {},
            ),
            1,
        ),
    },
    {},
)


def _selected(name: str, value: Any) -> _Faults:
    steps = {"refinement_steps": _count(0), "step_size": _number}
    more = {
        "decision": _DECISION,
        "calibration": _each(_each(_number)),
        "retraining_epochs": _count(1),
    }
    yield from _fields({"epochs": _count(1)}, {**steps, **more})(name, value)
    for part in steps:
        if part not in value and not steps.keys().isdisjoint(value):
            yield f"{name}.{part} is missing"


_METRICS = _each(_each(_number))
_SCORES = ("refined_mean", "oracle_mean", "correlation", "gradient_norm")
_ALWAYS = ("task", "method", "seed", "complete", "test")

_PARTS: dict[str, _Check] = {
    "task": _is(str, "a name"),
    "method": _is(str, "a name"),
    "seed": _count(0),
    "complete": _is(bool, "true or false"),
    "test": _METRICS,
    "validation": _METRICS,
    "controls": _METRICS,
    "walk": _trajectory,
    "score": _fields(dict.fromkeys(_SCORES, _number_or_nan), {}),
    "selected": _selected,
    "batch_shapes": _fields(dict.fromkeys("xy", _list(_count(1), 2)), {}),
    "notes": _list(_text),
    "config": _is(dict, "an object"),
    "command": _is(str, "a command"),
}


def _shown(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 40 else f"{text[:40]}..."
