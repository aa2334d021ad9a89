import json
import pathlib

import numpy as np
import pytest

from experiments.tasks.inputs import NewInputs
from experiments.tasks.predictions import require_tag_names, write_tags
from ldrsp_tf.errors import UsageError

_ROWS = {
    "generator": np.array([[0.9, 0.2], [0.4, 0.1]], np.float32),
    "refined": np.array([[1.0, 0.6], [0.2, 0.0]], np.float32),
}
_SCORES = np.array([0.75, 0.5], np.float32)
_DECODER_PARAMS = {"generator": {"threshold": 0.3}, "refined": {}}


def _write(path, label_names=("red", "grün")):
    inputs = NewInputs(["a", "b"], np.zeros((2, 3)), label_names=label_names)
    write_tags(path, inputs, _ROWS, _SCORES, _DECODER_PARAMS)
    return path.read_text(encoding="utf-8")


def test_json_lines_name_the_values_that_they_have(tmp_path):
    first, second = map(json.loads, _write(tmp_path / "tags.jsonl").splitlines())
    assert first == {
        "name": "a",
        "score": 0.75,
        "generated": {"tags": ["red"], "values": [0.9, 0.2]},
        "refined": {"tags": ["red", "grün"], "values": [1.0, 0.6]},
        "labels": ["red", "grün"],
    }
    assert second["generated"]["tags"] == ["red"]
    assert second["refined"] == {"tags": [], "values": [0.2, 0.0]}


def test_tags_without_names_are_numbers(tmp_path):
    text = _write(tmp_path / "tags.jsonl", label_names=None)
    assert json.loads(text.splitlines()[0])["labels"] == ["0", "1"]


def test_a_table_has_the_decided_tags(tmp_path):
    assert _write(tmp_path / "tags.csv").splitlines() == [
        "name,score,generated,refined",
        "a,0.75,red,red;grün",
        "b,0.5,red,",
    ]


def test_tags_that_are_decided_already_need_no_threshold(tmp_path):
    decided = {"decided": np.array([[0, 1], [0, 0]], np.float32)}
    inputs = NewInputs(["a", "b"], np.zeros((2, 3)), label_names=("red", "grün"))
    path = tmp_path / "tags.csv"
    write_tags(path, inputs, {**decided, **_ROWS}, _SCORES, _DECODER_PARAMS)
    assert path.read_text(encoding="utf-8").splitlines() == [
        "name,score,decided,generated,refined",
        "a,0.75,grün,red,red;grün",
        "b,0.5,,red,",
    ]


def test_a_name_with_the_separator_needs_json_lines():
    with pytest.raises(UsageError, match=r"'a;b' has a ';'.*write a \.jsonl file"):
        require_tag_names(pathlib.Path("tags.csv"), ["a;b"])
    require_tag_names(pathlib.Path("tags.jsonl"), ["a;b"])
    require_tag_names(pathlib.Path("masks"), None)
