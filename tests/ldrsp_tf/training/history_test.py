import json

import numpy as np
import pytest

from ldrsp_tf.errors import TrainingError
from ldrsp_tf.training.history import History


def _record(epoch, phase="train", **more):
    return {"phase": phase, "epoch": epoch, **more}


@pytest.fixture
def path(tmp_path):
    return tmp_path / "history.jsonl"


def test_records_are_on_disk_when_append_returns(path):
    history = History(path)
    records = [_record(1, loss=0.5), _record(2, validation={"metric": 0.25})]
    for count, record in enumerate(records, start=1):
        history.append(record)
        lines = path.read_text().splitlines()
        assert [json.loads(line) for line in lines] == records[:count]
    assert history.records == records


def test_records_are_read_back(path):
    written = [_record(1, loss=0.1 + 0.2), _record(1, "final")]
    history = History(path)
    for record in written:
        history.append(record)
    assert History(path).records == written


def test_without_a_path_records_stay_in_memory(tmp_path):
    history = History()
    history.append(_record(1))
    history.forget_after("train", 0)
    history.append(_record(2))
    assert history.records == [_record(2)]
    assert not list(tmp_path.iterdir())


def test_a_new_history_is_empty(path):
    assert History(path).records == []
    assert History().records == []


def test_phase_gives_its_records_in_order():
    history = History()
    for record in (_record(1), _record(1, "final"), _record(2)):
        history.append(record)
    assert history.phase("train") == [_record(1), _record(2)]
    assert history.phase("other") == []


def test_forget_after_drops_later_records_of_that_phase_only(path):
    history = History(path)
    for record in (_record(1), _record(2), _record(3), _record(3, "final")):
        history.append(record)
    history.forget_after("train", 1)
    expected = [_record(1), _record(3, "final")]
    assert history.records == expected
    assert History(path).records == expected
    history.append(_record(2, loss=7.0))
    assert History(path).records == [*expected, _record(2, loss=7.0)]
    assert [entry.name for entry in path.parent.iterdir()] == [path.name]


def test_a_truncated_last_line_is_left_out(path):
    history = History(path)
    for epoch in (1, 2, 3):
        history.append(_record(epoch, loss=0.5))
    path.write_text(path.read_text()[:-8])
    assert History(path).records == [_record(1, loss=0.5), _record(2, loss=0.5)]


@pytest.mark.parametrize("cut", [1, 8], ids=["line_end", "within_the_record"])
def test_what_follows_a_truncated_line_is_kept(path, cut):
    history = History(path)
    for epoch in (1, 2):
        history.append(_record(epoch, loss=0.5))
    path.write_text(path.read_text()[:-cut])
    resumed = History(path)
    kept = list(resumed.records)
    resumed.append(_record(3))
    assert History(path).records == [*kept, _record(3)]


def test_a_file_that_cannot_be_written_is_named(tmp_path):
    path = tmp_path / "none" / "history.jsonl"
    for change in (
        lambda: History(path).append(_record(1)),
        lambda: History(path).forget_after("train", 0),
    ):
        with pytest.raises(TrainingError, match=r"history\.jsonl cannot be written"):
            change()


def test_forget_after_mends_a_truncated_file(path):
    history = History(path)
    for epoch in (1, 2):
        history.append(_record(epoch, loss=0.5))
    path.write_text(path.read_text()[:-8])
    resumed = History(path)
    resumed.forget_after("train", 1)
    resumed.append(_record(2, loss=0.25))
    assert History(path).records == [_record(1, loss=0.5), _record(2, loss=0.25)]


def test_numbers_and_arrays_of_numpy_are_kept_as_plain_ones(path):
    threshold = np.float32(0.3)
    History(path).append(_record(np.int64(1), a=threshold, b=np.array([1, 2])))
    (record,) = History(path).records
    assert record == _record(1, a=float(threshold), b=[1, 2])
