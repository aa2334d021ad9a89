"""Compares the folder of a resumed training with that of an undisturbed one."""

import json
import pathlib
import re
from typing import Any

import numpy as np
import tensorflow as tf

# Parts that may differ between two runs that are alike.
_FREE = ("seconds", "peak_memory_bytes", "command")


def differences(reference: pathlib.Path, folder: pathlib.Path) -> list[str]:
    """Describes each difference in figures, records and states, bit for bit.

    Args:
      reference: The folder of the undisturbed training.
      folder: The folder of the resumed one.
    """
    return [
        *_of_results(reference, folder),
        *_of_records(reference, folder),
        *_of_states(reference / "checkpoints", folder / "checkpoints"),
        *(f"{path.name} was left behind" for path in folder.rglob("*.aside")),
    ]


def _of_results(reference: pathlib.Path, folder: pathlib.Path) -> list[str]:
    found = []
    for name in ("result.json", "config.json", "inputs.json"):
        one, other = (_json(path / name) for path in (reference, folder))
        for key in sorted(one.keys() | other.keys()):
            if one.get(key) != other.get(key):
                found.append(f"{name}: {key} is {other.get(key)!r:.200}")
    return found


def _json(path: pathlib.Path) -> dict[str, Any]:
    content = json.loads(path.read_text()) if path.exists() else {}
    return {key: value for key, value in content.items() if key not in _FREE}


def _of_records(reference: pathlib.Path, folder: pathlib.Path) -> list[str]:
    wanted, found = (_records(path / "metrics.jsonl") for path in (reference, folder))
    lines = [
        f"record {other.get('phase')}/{other.get('epoch')} is {other!r:.300}, "
        f"not {one!r:.300}"
        for one, other in zip(wanted, found)
        if one != other
    ]
    if len(wanted) != len(found):
        lines.append(f"there are {len(found)} records, not {len(wanted)}")
    return lines


def _records(path: pathlib.Path) -> list[dict[str, Any]]:
    records = [json.loads(line) for line in path.read_text().splitlines()]
    return [{k: v for k, v in record.items() if k not in _FREE} for record in records]


def _of_states(reference: pathlib.Path, folder: pathlib.Path) -> list[str]:
    """Compares the newest latest and best state of every stage."""
    found = []
    for path in sorted(reference.rglob("*")):
        if path.name not in ("latest", "best") or not path.is_dir():
            continue
        name = path.relative_to(reference)
        one, other = newest(path), newest(folder / name)
        if one is None or other is None or one.name != other.name:
            found.append(f"the state of {name} is {other}, not {one}")
        elif differing := _differing_variables(one, other):
            found.append(f"{name} differs in {', '.join(differing[:3])}")
    return found


def newest(folder: pathlib.Path) -> pathlib.Path | None:
    """Returns the prefix of the newest checkpoint in a folder; None without any.

    Args:
      folder: The folder of `ckpt-<epoch>.index` and its data.
    """
    epochs = [
        int(number[1])
        for path in folder.glob("ckpt-*.index")
        if (number := re.fullmatch(r"ckpt-(\d+)", path.stem))
    ]
    return folder / f"ckpt-{max(epochs)}" if epochs else None


def _differing_variables(one: pathlib.Path, other: pathlib.Path) -> list[str]:
    readers = [tf.train.load_checkpoint(str(path)) for path in (one, other)]
    shapes = [reader.get_variable_to_shape_map() for reader in readers]
    return [
        name
        for name in sorted(shapes[0].keys() | shapes[1].keys())
        if name not in shapes[0]
        or name not in shapes[1]
        or not _same_bits(*(np.asarray(reader.get_tensor(name)) for reader in readers))
    ]


def _same_bits(one: np.ndarray, other: np.ndarray) -> bool:
    if one.dtype == object:
        return bool(np.array_equal(one, other))
    return one.dtype == other.dtype and one.tobytes() == other.tobytes()
