"""Readers of a run's files, given random bytes: each reads them or says why not."""

import json
import pathlib
import tempfile

from hypothesis import given, settings
from hypothesis import strategies as st

from experiments.runs.finished import load_run
from experiments.summaries.collection import load_results
from experiments.summaries.result_file import read_json
from experiments.tasks.task import get_task
from ldrsp_tf.errors import UsageError
from ldrsp_tf.training.history import History

RESULT = {
    "task": "synthetic_tags",
    "method": "gan",
    "seed": 0,
    "complete": True,
    "test": {"generator": {"f1": 0.5}},
    "selected": {"epochs": 3, "calibration": {"generator": {"threshold": 0.5}}},
    "batch_shapes": {"x": [32, 256], "y": [32, 40]},
    "command": "python -m experiments.run",
    "config": get_task("synthetic_tags").configure("gan", {}).as_dict(),
}
RECORDS = [{"phase": "train", "epoch": 1, "loss": 0.5}, {"phase": "train", "epoch": 2}]

fuzzed = settings(max_examples=150, deadline=None, derandomize=True, database=None)


@st.composite
def damaged(draw, content: bytes) -> bytes:
    """The bytes with some cut out, and others in their place."""
    begin = draw(st.integers(0, len(content)))
    end = draw(st.integers(begin, len(content)))
    return content[:begin] + draw(st.binary(max_size=8)) + content[end:]


@st.composite
def changed(draw, content: dict) -> bytes:
    """Valid JSON with another value, or none, at one place."""
    name = draw(st.sampled_from(sorted(content)))
    values = st.none() | st.integers() | st.text(max_size=3) | st.just([]) | st.just({})
    value = draw(values)
    kept = {key: kept for key, kept in content.items() if key != name}
    return json.dumps(kept if draw(st.booleans()) else {**kept, name: value}).encode()


def _reads(read, *arguments):
    try:
        return read(*arguments)
    except UsageError as error:
        assert str(error) and "\n" not in str(error).strip()
        return None


def test_the_undamaged_result_is_loaded(tmp_path):
    (tmp_path / "result.json").write_text(json.dumps(RESULT))
    run = load_run(tmp_path)
    assert run.input_shape == (256,) and run.refinement is None


@fuzzed
@given(damaged(json.dumps(RESULT).encode()) | changed(RESULT))
def test_results(content):
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder, "synthetic_tags", "gan", "seed0", "result.json")
        path.parent.mkdir(parents=True)
        path.write_bytes(content)
        assert isinstance(_reads(read_json, path), dict | None)
        _reads(load_results, pathlib.Path(folder), "synthetic_tags")
        _reads(load_run, path.parent)


@fuzzed
@given(damaged("".join(json.dumps(record) + "\n" for record in RECORDS).encode()))
def test_records_before_the_damage_are_kept(content):
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder, "metrics.jsonl")
        path.write_bytes(content)
        history = History(path)
        assert all(isinstance(r["epoch"], int) for r in history.phase("train"))
        history.append({"phase": "train", "epoch": 3})
        assert History(path).records == history.records
