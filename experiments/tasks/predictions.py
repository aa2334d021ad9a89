"""Predictions as files: tables and JSON lines of tags, pictures of masks."""

import csv
import io
import json
import pathlib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from experiments.tasks.inputs import NewInputs
from ldrsp_tf.errors import UsageError
from ldrsp_tf.metrics import DEFAULT_THRESHOLD, threshold_decode
from ldrsp_tf.training.files import write_text

_SEPARATOR = ";"


# Digits of a relaxed value; more would only make files large.
_DIGITS = 6


# Names of the outputs in files, by their names in results.
OUTPUT_NAMES = {
    "decided": "decided",
    "generator": "generated",
    "refined": "refined",
}


# Relaxed or decided outputs `[N, L]`, by name.
Outputs = Mapping[str, np.ndarray]


def write_tags(
    path: pathlib.Path,
    inputs: NewInputs,
    outputs: Outputs,
    scores: np.ndarray | None,
    decoder_params: Mapping[str, Mapping[str, Any]],
) -> None:
    """Writes one line per input, in the format that the file's ending names.

    CSV has the names of the decided tags, separated by semicolons; JSON lines also have
    the relaxed value of each tag, in the order of `labels`.

    Args:
      path: The file to write, `*.csv` or `*.jsonl` (`require_tag_file`).
      inputs: The inputs of the predictions, whose labels the file can have
        (`require_tag_names`).
      outputs: Tags `[N, L]` by name, relaxed of the generator and of the refinement, or
        decided.
      scores: D's score of each refined output, `[N]`; None without D.
      decoder_params: The tuned threshold of each of the outputs; those without one are
        decided at 0.5.
    """
    names = inputs.label_names
    if names is None:
        names = [str(label) for label in range(next(iter(outputs.values())).shape[1])]
    records = _records(inputs.names, names, outputs, scores, decoder_params)
    _write(path, _WRITERS[path.suffix](records, names))


def _records(
    inputs: list[str],
    labels: list[str],
    outputs: Outputs,
    scores: np.ndarray | None,
    decoder_params: Mapping[str, Mapping[str, Any]],
) -> Iterator[dict[str, Any]]:
    decided = {
        output: threshold_decode(
            y, decoder_params.get(output, {}).get("threshold", DEFAULT_THRESHOLD)
        )
        for output, y in outputs.items()
    }
    for index, name in enumerate(inputs):
        record: dict[str, Any] = {"name": name}
        if scores is not None:
            record["score"] = round(float(scores[index]), _DIGITS)
        for output, y in outputs.items():
            record[OUTPUT_NAMES[output]] = {
                "tags": [labels[i] for i in np.flatnonzero(decided[output][index])],
                "values": [round(float(value), _DIGITS) for value in y[index]],
            }
        yield record


def _csv(records: Iterator[dict[str, Any]], labels: list[str]) -> str:
    del labels
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    for number, record in enumerate(records):
        if number == 0:
            writer.writerow(record)
        writer.writerow(
            _SEPARATOR.join(value["tags"]) if isinstance(value, dict) else value
            for value in record.values()
        )
    return text.getvalue()


def _json_lines(records: Iterator[dict[str, Any]], labels: list[str]) -> str:
    # Each line stands for itself: it names its values.
    named = ({**record, "labels": labels} for record in records)
    return "".join(json.dumps(record, ensure_ascii=False) + "\n" for record in named)


_WRITERS = {".csv": _csv, ".jsonl": _json_lines}


def require_tag_file(path: pathlib.Path) -> None:
    """Refuses a file whose ending names no format of tags.

    Raises:
      UsageError: The ending is neither .csv nor .jsonl.
    """
    if path.suffix not in _WRITERS:
        raise UsageError(
            f"Tags are written to a .csv or a .jsonl file, not to {path}; name one by "
            "--output."
        )


def require_tag_names(path: pathlib.Path, labels: Sequence[str] | None) -> None:
    """Refuses labels that the file's format cannot have.

    Args:
      path: The file.
      labels: The names of the labels; None where there are none.

    Raises:
      UsageError: A label has the character that separates tags in a .csv file.
    """
    for label in labels or ():
        if path.suffix == ".csv" and _SEPARATOR in label:
            raise UsageError(
                f"The label {label!r} has a {_SEPARATOR!r}, which separates tags in a "
                ".csv file; write a .jsonl file."
            )


def write_scores(path: pathlib.Path, names: list[str], scores: np.ndarray) -> None:
    """Writes the mean score of each map `[N, H, W]` as a CSV file."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(("name", "score"))
    means = scores.reshape(len(scores), -1).mean(1)
    writer.writerows(
        (name, round(float(mean), _DIGITS)) for name, mean in zip(names, means)
    )
    _write(path, text.getvalue())


def _write(path: pathlib.Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    write_text(path, text)
