import json

import pytest

from datasets.loading import LoadedData
from experiments.data_check import check_data
from ldrsp_tf.errors import UsageError


def _data(**checksums):
    return LoadedData("made", {}, checksums, 0.0)


def test_a_run_goes_on_with_the_data_that_it_began_with(tmp_path):
    check_data(tmp_path, _data(a="1"))
    (tmp_path / "config.json").write_text("{}")
    assert json.loads((tmp_path / "data.json").read_text()) == {"a": "1"}
    check_data(tmp_path, _data(a="1"))
    with pytest.raises(UsageError, match=r"files of made have changed .*--output_dir"):
        check_data(tmp_path, _data(a="2"))


def test_a_run_that_was_refused_has_not_begun(tmp_path):
    check_data(tmp_path, _data(a="1"))
    check_data(tmp_path, _data(a="2"))
    assert json.loads((tmp_path / "data.json").read_text()) == {"a": "2"}


def test_a_run_without_a_record_of_its_data_receives_one(tmp_path):
    (tmp_path / "config.json").write_text("{}")
    check_data(tmp_path, _data(a="1"))
    with pytest.raises(UsageError, match="have changed"):
        check_data(tmp_path, _data(a="2"))
