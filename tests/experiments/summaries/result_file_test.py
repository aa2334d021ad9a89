import json

import pytest

from experiments.summaries.result_file import read_json, write_json
from ldrsp_tf.errors import UsageError


def test_written_content_is_read(tmp_path):
    path = tmp_path / "result.json"
    write_json(path, {"f1": 0.5})
    assert read_json(path) == {"f1": 0.5}
    assert [p.name for p in tmp_path.iterdir()] == ["result.json"]


def test_a_missing_file_is_none(tmp_path):
    assert read_json(tmp_path / "none.json") is None


@pytest.mark.parametrize("content", [b'{"f1": 0.', b"[1]", b"\xff\xfe", b""])
def test_a_damaged_file_is_named(tmp_path, content):
    path = tmp_path / "result.json"
    path.write_bytes(content)
    with pytest.raises(UsageError, match=r"result\.json"):
        read_json(path)


def test_a_failed_write_leaves_the_old_file(tmp_path):
    path = tmp_path / "result.json"
    write_json(path, {"f1": 0.5})
    with pytest.raises(TypeError):
        write_json(path, {"f1": object()})
    assert json.loads(path.read_text()) == {"f1": 0.5}
