"""The identity of a training: its data and settings, kept in its folder as JSON.

A training that goes on in a folder with other data ends with figures of neither.
"""

import dataclasses
import hashlib
import json
import pathlib
import warnings
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import keras
import numpy as np

from ldrsp_tf.errors import TrainingError, UsageError
from ldrsp_tf.settings import plain_value
from ldrsp_tf.training.files import write_text
from ldrsp_tf.training.history import Record

FILE = "training.json"

_CHUNK = 1 << 22  # Number of bytes of an array that are hashed at a time.
_UNDESCRIBED = "the default one"  # All that older versions kept of a default D.
_ROUNDING = 1e-3  # By what share of the largest one values of one function may differ.
_RANDOM = "random"  # Kept of a function that gives other values for the same arguments.
_CALLS = 64  # Those of a function before a folder is refused for its values.


class SampledFunction:
    """A function of the user's, known by its values for the same few arguments.

    One that draws may give the same values several times: a coin for a whole batch does
    so every other time. So a folder is refused only after many more calls.

    Args:
      sample: Calls the function, and returns its values.
    """

    def __init__(self, sample: Callable[[], Sequence[float]]):
        self._sample = sample

    def describe(self) -> Sequence[float] | str:
        """Returns the values, or the word "random" if a second call gives others."""
        first = self._sample()
        return first if self._sample() == first else _RANDOM

    def matches(self, kept: Any) -> bool:
        """Returns whether a description may be one of this function.

        Args:
          kept: The description, as JSON has it.
        """
        if kept == _RANDOM:
            first = self._sample()
            return any(self._sample() != first for _ in range(_CALLS))
        return any(_agree(kept, self._sample()) for _ in range(_CALLS))


def checksum(values: np.ndarray) -> str:
    """Returns the SHA-256 of an array's shape and values, as a training sees them.

    Args:
      values: An array `[N, ...]`, whose values are taken in single precision.
    """
    digest = hashlib.sha256(repr(values.shape).encode())
    rows = max(1, _CHUNK // max(1, values[:1].nbytes))
    for begin in range(0, len(values), rows):
        part = np.ascontiguousarray(values[begin : begin + rows], np.float32)
        digest.update(part.data)
    return digest.hexdigest()


def checksum_of_weights(model: keras.Model) -> str:
    """Returns the SHA-256 of all weights of a model, trainable or not.

    The random streams of its layers are none.

    Args:
      model: A built model.
    """
    sums = [checksum(np.atleast_1d(weight)) for weight in model.get_weights()]
    return hashlib.sha256(" ".join(sums).encode()).hexdigest()


def require_same_training(folder: pathlib.Path, identity: Mapping[str, Any]) -> None:
    """Refuses a folder of another training, and writes the identity to a new one.

    Args:
      folder: The folder of the training, which this process holds.
      identity: The checksums of the data and of the layers of networks by name, in
        dicts `data` and `layers`, the user's functions (`SampledFunction`) by name, in
        a dict `functions`, and the settings, which may be dicts as well. A name that
        the folder does not have is one that an older version did not know, and is not
        compared.

    Raises:
      UsageError: The folder has a training with other data or settings.
      TrainingError: The identity cannot be written or read.
    """
    path = folder / FILE
    functions = identity.get("functions", {})
    try:
        if path.exists():
            wanted = json.loads(_as_json({**identity, "functions": {}}))
            _compare(folder, _read(path), {**wanted, "functions": functions})
            return
        if (folder / "checkpoints").exists():
            warnings.warn(
                f"{folder} has a training of an older version, whose data are not "
                "known; they are taken to be the given ones.",
                stacklevel=2,
            )
        write_text(path, _as_json(identity) + "\n")
    except OSError as error:
        raise TrainingError(
            f"{path} cannot be used ({error.strerror}); choose another folder."
        ) from error


def _read(path: pathlib.Path) -> Record:
    try:
        found = json.loads(path.read_text())
    except ValueError as error:
        raise _damaged(path) from error
    if not isinstance(found, dict):
        raise _damaged(path)
    return found


def _damaged(path: pathlib.Path) -> TrainingError:
    return TrainingError(
        f"{path} is damaged, so that it is not known whether the training there has "
        "these data; delete the file if it has, or choose another folder."
    )


def _compare(folder: pathlib.Path, found: Record, wanted: Record) -> None:
    differing = "; ".join(_differences(found, wanted))
    if differing:
        raise UsageError(
            f"{folder} has a training that differs from this one ({differing}); choose "
            "another folder, or delete that one."
        )


def _differences(found: Record, wanted: Record, kind: str = "") -> list[str]:
    """Describes each difference, settings within settings one by one."""
    differences = []
    for name in sorted(found.keys() | wanted.keys()):
        there, here = found.get(name), wanted.get(name)
        is_unknown = name not in found and kind != "data"  # Of an older version.
        if is_unknown or there in (here, _UNDESCRIBED):
            continue
        if isinstance(there, dict) and isinstance(here, dict):
            differences += _differences(there, here, name)
        elif kind in ("data", "layers"):
            differences.append(f"the {name} are others")
        elif kind != "functions":
            differences.append(f"{name} is {there!r} there and {here!r} here")
        elif here is None or not here.matches(there):
            differences.append(f"the {name} is another")
    return differences


def _agree(there: Any, here: Sequence[float]) -> bool:
    """Returns whether two samples differ by no more than two machines may round."""
    if not isinstance(there, list) or len(there) != len(here):
        return False
    tolerance = _ROUNDING * max(map(abs, here), default=0.0)
    return np.allclose(there, here, rtol=0.0, atol=tolerance)


def _as_json(identity: Mapping[str, Any]) -> str:
    return json.dumps(identity, indent=1, default=_plain)


def _plain(value: Any) -> Any:
    """Returns a function, a number or array of NumPy or a dataclass as JSON has it."""
    if isinstance(value, SampledFunction):
        return value.describe()
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return dataclasses.asdict(value)
    plain = plain_value(value)
    return type(value).__name__ if plain is value else plain
