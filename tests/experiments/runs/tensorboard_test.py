import pytest
import tensorflow as tf

from experiments.runs.tensorboard import Events
from ldrsp_tf.errors import TrainingError

_RECORD = {"phase": "selection", "epoch": 1, "seconds": 0.5, "validation": {"f1": 0.5}}


def test_every_number_of_a_record_is_a_curve(tmp_path):
    events = Events(tmp_path)
    events.write(_RECORD)
    events.close()
    (path,) = tmp_path.iterdir()
    tags = {
        value.tag
        for event in tf.compat.v1.train.summary_iterator(str(path))
        for value in event.summary.value
    }
    assert tags == {"selection/seconds", "selection/validation/f1"}


def test_a_full_disk_is_a_sentence(tmp_path, monkeypatch):
    def full(*_):
        raise tf.errors.ResourceExhaustedError(
            None, None, f"{tmp_path}/events; No space left on device\n\tCould not flush"
        )

    events = Events(tmp_path)
    monkeypatch.setattr(tf.summary, "scalar", full)
    with pytest.raises(TrainingError, match="No space left on device; is the") as error:
        events.write(_RECORD)
    assert "goes on from the last checkpoint" in str(error.value)
    assert "\n" not in str(error.value)
