import contextlib
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys

import numpy as np
import pytest

from datasets import loading
from datasets.errors import DataError
from datasets.preparation import file_lock, store
from datasets.synthetic_tags import generative_model
from tests import full_disk
from tests.command_line import CommandLine
from tests.datasets import another_load

_PROJECT = pathlib.Path(__file__).parents[2]
_COMMAND_LINE = CommandLine(dict(os.environ))


@pytest.fixture(scope="module")
def prepared(tmp_path_factory):
    """Returns a folder with the prepared synthetic tags, and the loaded data."""
    data_dir = tmp_path_factory.mktemp("prepared")
    return data_dir, loading.load("synthetic_tags", data_dir=str(data_dir))


@pytest.fixture
def copied_dir(prepared, tmp_path):
    """Returns a copy of the folder of prepared data, which a test may damage."""
    return pathlib.Path(shutil.copytree(prepared[0], tmp_path / "copy"))


@pytest.mark.slow
def test_a_disk_that_is_full_is_a_sentence_and_leaves_nothing_half_done(tmp_path):
    done = _COMMAND_LINE.run(
        *("60000", another_load.__name__, "synthetic_tags", str(tmp_path)),
        module=full_disk.__name__,
    )
    (sentence,) = re.findall(r"^datasets\.errors\.DataError: (.*)", done.stderr, re.M)
    assert sentence.startswith(
        f"cannot write the prepared data below {tmp_path} ({tmp_path}/synthetic_tags"
    )
    assert "File too large): pass a folder with free space" in sentence
    data = loading.load("synthetic_tags", data_dir=str(tmp_path))
    assert len(data.splits["train"]["labels"]) == 3000


def test_loads_the_generated_rows_in_their_order(prepared):
    _, data = prepared
    assert data.name == "synthetic_tags"
    for split, rows in generative_model.generate().items():
        np.testing.assert_array_equal(data.splits[split]["features"], rows.words)
        np.testing.assert_array_equal(data.splits[split]["labels"], rows.tags)
        assert data.splits[split]["labels"].dtype == np.uint8


def test_the_second_load_equals_the_first_and_prepares_nothing(prepared):
    data_dir, first = prepared
    second = loading.load("synthetic_tags", data_dir=str(data_dir))
    assert first.prepare_seconds > 0
    assert second.prepare_seconds == 0
    assert second.checksums == first.checksums
    assert len(second.checksums) == 4
    for split, arrays in first.splits.items():
        for feature, array in arrays.items():
            np.testing.assert_array_equal(second.splits[split][feature], array)


def test_loading_prints_nothing(prepared, tmp_path, capfd):
    loading.load("synthetic_tags", data_dir=str(tmp_path))
    written = capfd.readouterr()
    lines = (written.out + written.err).splitlines()
    # TensorFlow's own runtime logs at level I whatever Python sets.
    assert [line for line in lines if not line.startswith(("I0", "WARNING: All"))] == []


def test_only_the_requested_features_and_splits_are_loaded(prepared):
    data_dir, everything = prepared
    data = loading.load(
        "synthetic_tags",
        data_dir=str(data_dir),
        features=["labels"],
        splits=["test"],
    )
    assert {split: list(arrays) for split, arrays in data.splits.items()} == {
        "test": ["labels"]
    }
    np.testing.assert_array_equal(
        data.splits["test"]["labels"], everything.splits["test"]["labels"]
    )
    assert data.checksums == everything.checksums


@pytest.mark.parametrize(
    ("wanted", "message"),
    [
        ({"features": ["label"]}, "no feature 'label': choose from features, labels"),
        ({"splits": ["tests"]}, "no split 'tests': choose from test, train"),
    ],
)
def test_an_unknown_feature_or_split_is_refused_with_the_known_ones(
    prepared, wanted, message
):
    with pytest.raises(DataError, match=message):
        loading.load("synthetic_tags", data_dir=str(prepared[0]), **wanted)


def test_an_unknown_name_is_refused_with_the_known_ones():
    with pytest.raises(DataError, match="'bibtexx': choose one of bibtex, bookmarks"):
        loading.load("bibtexx")


def test_importing_does_not_import_tfds():
    code = (
        "import sys, datasets.loading;"
        "sys.exit('tensorflow_datasets' in sys.modules or 'tensorflow' in sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], cwd=_PROJECT, check=True)


def test_a_missing_manual_folder_is_named(tmp_path):
    with pytest.raises(DataError, match="--manual_dir"):
        loading.load(
            "bibtex", data_dir=str(tmp_path), manual_dir=str(tmp_path / "nowhere")
        )


def test_a_data_dir_that_cannot_be_written_is_named(tmp_path):
    file = tmp_path / "file"
    file.touch()
    with pytest.raises(DataError, match="--data_dir") as error:
        loading.load("synthetic_tags", data_dir=str(file / "below"))
    assert str(file / "below") in str(error.value)


@pytest.mark.parametrize(
    ("pattern", "content"),
    [
        ("*-train.tfrecord*", b"cut off"),
        ("*-train.tfrecord*", b""),
        ("*-test.tfrecord*", None),
        ("dataset_info.json", b"{"),
        ("metadata.json", b"{"),
    ],
)
def test_damaged_prepared_data_are_named_with_the_mend(copied_dir, pattern, content):
    (file,) = copied_dir.glob(f"synthetic_tags/*/{pattern}")
    if content is None:
        file.unlink()
    else:
        file.write_bytes(content)
    with pytest.raises(DataError, match="delete that folder") as error:
        loading.load("synthetic_tags", data_dir=str(copied_dir))
    assert str(copied_dir / "synthetic_tags") in str(error.value)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9])
def test_one_wrong_bit_of_prepared_data_is_noticed(copied_dir, share):
    (file,) = copied_dir.glob("synthetic_tags/*/*-train.tfrecord*")
    content = bytearray(file.read_bytes())
    content[int(share * len(content))] ^= 1
    file.write_bytes(content)
    with pytest.raises(DataError, match="delete that folder"):
        loading.load("synthetic_tags", data_dir=str(copied_dir))


def test_the_leftover_of_a_killed_preparation_is_removed(tmp_path):
    leftover = tmp_path / "synthetic_tags" / "incomplete.ABCDEF_1.0.0"
    leftover.mkdir(parents=True)
    (leftover / "synthetic_tags-train.tfrecord-00000-of-00001").touch()
    data = loading.load("synthetic_tags", data_dir=str(tmp_path))
    assert len(data.splits["train"]["labels"]) == 3000
    assert not leftover.exists()


def test_data_that_another_process_prepared_during_the_wait_are_used(
    tmp_path, monkeypatch, prepared
):
    @contextlib.contextmanager
    def taken_by_another(_):
        shutil.copytree(prepared[0] / "synthetic_tags", tmp_path / "synthetic_tags")
        yield

    monkeypatch.setattr(file_lock, "hold_lock", taken_by_another)
    monkeypatch.delattr(store, "_download_and_prepare")
    data = loading.load("synthetic_tags", data_dir=str(tmp_path))
    assert len(data.splits["train"]["labels"]) == 3000


def test_data_that_another_process_prepared_after_the_first_look_are_used(
    tmp_path, monkeypatch, prepared
):
    opened = store._open

    def open_before_it_is_there(name, data_dir):
        builder = opened(name, data_dir)
        if not builder.data_path.exists():
            shutil.copytree(prepared[0] / "synthetic_tags", tmp_path / "synthetic_tags")
        return builder

    monkeypatch.setattr(store, "_open", open_before_it_is_there)
    monkeypatch.delattr(store, "_download_and_prepare")
    data = loading.load("synthetic_tags", data_dir=str(tmp_path))
    assert len(data.splits["train"]["labels"]) == 3000
    assert data.checksums == prepared[1].checksums


@pytest.mark.slow
def test_two_processes_may_prepare_at_the_same_time(tmp_path):
    processes = [
        _COMMAND_LINE.start(
            "synthetic_tags", str(tmp_path), module=another_load.__name__
        )
        for _ in range(2)
    ]
    for process in processes:
        printed, errors = process.communicate(timeout=120)
        assert process.returncode == 0, errors
        assert json.loads(printed)["train"] == 3000
