import json

import numpy as np
import pytest
import tensorflow as tf

from benchmarks.kill_trials.comparison import differences, newest
from ldrsp_tf.training.history import to_lines

_RECORDS = [
    {"phase": "selection", "epoch": epoch, "seconds": 0.5, "loss": 1.0 / epoch}
    for epoch in (1, 2)
]


def _make(folder, loss=0.5, weight=1.0, seconds=3.0, epoch=2):
    folder.mkdir()
    result = {"test": {"refined": {"f1": 0.25}}, "seconds": {"train": seconds}}
    (folder / "result.json").write_text(json.dumps(result))
    records = [_RECORDS[0], {**_RECORDS[1], "loss": loss, "seconds": seconds}]
    (folder / "metrics.jsonl").write_text(to_lines(records))
    state = tf.train.Checkpoint(variables=[tf.Variable(weight)])
    for name in ("latest", "best"):
        kept = folder / "checkpoints" / "selection" / name
        kept.mkdir(parents=True)
        state.write(str(kept / f"ckpt-{epoch}"))
    return folder


@pytest.fixture
def reference(tmp_path):
    return _make(tmp_path / "reference")


def test_times_make_no_difference(reference, tmp_path):
    assert differences(reference, _make(tmp_path / "other", seconds=9.0)) == []


def _last_bit(value, kind):
    return float(np.nextafter(kind(value), kind(2.0)))


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({"loss": _last_bit(0.5, np.float64)}, "record selection/2 is"),
        ({"weight": _last_bit(1.0, np.float32)}, "selection/best differs in"),
        ({"epoch": 1}, "ckpt-1, not"),
    ],
)
def test_the_last_bit_makes_one(changes, found, reference, tmp_path):
    text = "; ".join(differences(reference, _make(tmp_path / "other", **changes)))
    assert found in text


def test_lost_and_left_files_are_found(reference, tmp_path):
    other = _make(tmp_path / "other")
    (other / "result.json").unlink()
    (other / ".result.json.host-1-ab.aside").touch()
    lines = (other / "metrics.jsonl").read_text().splitlines(keepends=True)
    (other / "metrics.jsonl").write_text(lines[0])
    found = differences(reference, other)
    assert found[0].startswith("result.json: test is None")
    assert "there are 1 records, not 2" in found
    assert found[-1] == ".result.json.host-1-ab.aside was left behind"


def test_the_newest_state_has_the_largest_number(tmp_path):
    assert newest(tmp_path) is None
    for epoch in (9, 10):
        (tmp_path / f"ckpt-{epoch}.index").touch()
    assert newest(tmp_path) == tmp_path / "ckpt-10"
