"""Folders that may be read and not written."""

import json

import pytest

from datasets import loading

RUN = ("experiments.run", "--task=synthetic_tags", "--method=baseline")
RUN += ("--hidden=8", "--epochs=1", "--noretrain")


@pytest.fixture
def prepared(tmp_path, make_read_only):
    """A folder of prepared data, which may not be written."""
    loading.load("synthetic_tags", data_dir=str(tmp_path / "data"))
    return make_read_only(tmp_path / "data")


@pytest.mark.slow
def test_prepared_data_need_not_be_writable(prepared, run_obediently, tmp_path):
    folder = tmp_path / "run"
    process = run_obediently(*RUN, f"--data_dir={prepared}", f"--output_dir={folder}")
    assert (process.returncode, process.stderr) == (0, "")
    assert json.loads((folder / "result.json").read_text())["complete"]


@pytest.mark.slow
def test_a_data_dir_to_prepare_in_has_to_be_writable(
    run_obediently, make_read_only, command_line, tmp_path
):
    folder = tmp_path / "data"
    folder.mkdir()
    make_read_only(folder)
    process = run_obediently(
        *RUN, f"--data_dir={folder}", f"--output_dir={tmp_path / 'run'}"
    )
    command_line.assert_one_sentence(
        process, "cannot write the prepared data", str(folder), "as --data_dir"
    )


@pytest.mark.slow
def test_an_output_folder_has_to_be_writable(
    run_obediently, make_read_only, command_line, tmp_path
):
    folder = tmp_path / "run"
    folder.mkdir()
    make_read_only(folder)
    process = run_obediently(*RUN, f"--output_dir={folder}")
    command_line.assert_one_sentence(
        process, f"The folder {folder} cannot be written", "--output_dir"
    )
