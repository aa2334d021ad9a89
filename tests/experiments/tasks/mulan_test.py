import json
import pathlib

import numpy as np
import pytest
import tensorflow as tf

from datasets.errors import DataError
from datasets.loading import LoadedData
from datasets.mulan.splits import divide
from datasets.preparation.mulan_sets import SETS
from experiments.runs.finished import load_run
from experiments.tasks import arff, mulan
from experiments.tasks.search_spaces import tag_spaces
from experiments.tasks.task import TASKS, get_task
from ldrsp_tf.errors import UsageError

TASK = get_task("mulan/flags")
COLUMNS = {
    "train_file": "made.arff",
    "labels": ["red", "blue"],
    "features": [["area", []], ["text", ["0", "1"]], ["zone", ["1", "2", "3"]]],
}
TRAIN = [[10, 1, 1, 0, 0], [30, 0, 0, 0, 1]]
TEST = [[40, 1, 0, 1, 0]]


@pytest.fixture
def data(monkeypatch):
    """Made rows in place of those of the set, as its builder prepares them."""
    splits = {
        name: {
            "features": np.array(rows, np.float32),
            "labels": np.eye(2, dtype=np.uint8)[: len(rows)],
        }
        for name, rows in (("train", TRAIN), ("test", TEST))
    }
    asked = []

    def load(name, **folders):
        asked.append((name, folders))
        return LoadedData(name, splits, {"made": "sha"}, 0.5, inputs=COLUMNS)

    monkeypatch.setattr(mulan, "load_data_set", load)
    return asked


def test_features_are_scaled_by_the_training_rows(data):
    loaded = TASK.load(TASK.configure("ldrsp", {}), "prepared", "original")
    folders = {"data_dir": "prepared", "manual_dir": "original"}
    assert data == [("mulan/flags", folders)]
    # Mean 20 and deviation 10; all others are 0 and 1.
    train, test = loaded.splits["train"], loaded.splits["test"]
    assert train["features"].tolist() == [[-1, 1, 1, 0, 0], [1, 0, 0, 0, 1]]
    assert test["features"].tolist() == [[2, 1, 0, 1, 0]]
    assert train["labels"].tolist() == [[1, 0], [0, 1]]
    assert (loaded.checksums, loaded.prepare_seconds) == ({"made": "sha"}, 0.5)


def test_features_may_stay_as_they_are(data):
    config = TASK.configure("ldrsp", {"standardize": "none"})
    loaded = TASK.load(config, None, None)
    assert loaded.splits["test"]["features"].tolist() == TEST
    assert TASK.described_inputs.preprocessing(loaded.inputs) is None


@pytest.fixture
def inputs(data):
    # As inputs.json of a run's folder holds them.
    loaded = TASK.load(TASK.configure("ldrsp", {}), None, None)
    return json.loads(json.dumps(loaded.inputs))


def test_columns_and_labels_have_names(inputs):
    names = ["area", "text", "zone=1", "zone=2", "zone=3"]
    assert TASK.described_inputs.columns(inputs) == (names, ["red", "blue"])


def test_rows_to_predict_for_are_raw_and_come_as_an_array_or_a_file(inputs, tmp_path):
    np.save(tmp_path / "new.npy", np.array(TEST, np.float32))
    (tmp_path / "new.arff").write_text(
        "@relation r\n@attribute area numeric\n@attribute text {0,1}\n"
        "@attribute zone {1,2,3}\n@data\n40,1,2\n"
    )
    for name in ("new.npy", "new.arff"):
        new = TASK.described_inputs.read(inputs, tmp_path / name)
        assert new.x.tolist() == TEST
        assert (new.names, new.label_names) == (["0"], ["red", "blue"])
        scaled = TASK.described_inputs.preprocessing(inputs)(new.x)
        assert scaled.numpy().tolist() == [[2, 1, 0, 1, 0]]


def test_rows_of_another_set_are_refused(inputs, tmp_path):
    np.save(tmp_path / "new.npy", np.zeros((2, 4), np.float32))
    with pytest.raises(UsageError, match=r"needs \[N, 5\]"):
        TASK.described_inputs.read(inputs, tmp_path / "new.npy")
    (tmp_path / "new.arff").write_text("@relation r\n@attribute a numeric\n@data\n1\n")
    with pytest.raises(DataError, match=r"'a' \(numeric\) as feature 1"):
        TASK.described_inputs.read(inputs, tmp_path / "new.arff")


def test_every_set_is_a_task_with_the_settings_of_arff_files():
    assert [name for name in TASKS if "/" in name] == [f"mulan/{s}" for s in SETS]
    for name, one in SETS.items():
        task = get_task(f"mulan/{name}")
        assert (task.title, task.search_space) == (one.title, tag_spaces(one.labels))
        given = task.configure("ldrsp_plus", {}).as_dict()
        of_files = get_task("arff").configure("ldrsp_plus", {}).as_dict()
        own = {name: value for name, value in of_files.items() if name in given}
        assert given == {**own, "task": f"mulan/{name}"}
        folder = pathlib.Path("mulan", name, "ldrsp_plus", "seed0")
        assert task.run_folder(task.configure("ldrsp_plus", {})) == folder


def test_an_unknown_set_is_refused_with_the_known_ones():
    known = f"mulan/SET with one of the sets {', '.join(SETS)}"
    for name in ("mulan", "mulan/", "mulan/none", "mulan/birds/more", "arff/birds"):
        with pytest.raises(UsageError) as error:
            get_task(name)
        assert f"no task {name!r}" in str(error.value)
        assert str(error.value).count(known) == 1


def _real(folder: pathlib.Path, name: str) -> pathlib.Path:
    found = folder / "mulan" / name
    if not found.is_dir():
        pytest.skip(f"no original data: {found} does not exist")
    return found


def _parts(path: pathlib.Path, folder: pathlib.Path) -> list[pathlib.Path]:
    """Divides a file without a split into two files, line by line."""
    lines = path.read_text().splitlines(keepends=True)
    head = 1 + next(i for i, line in enumerate(lines) if line.lower() == "@data\n")
    rows = [line for line in lines[head:] if line.strip()]
    parts = []
    for split, numbers in divide(len(rows)).items():
        parts.append(folder / f"{split}.arff")
        parts[-1].write_text("".join([*lines[:head], *(rows[i] for i in numbers)]))
    return parts


@pytest.fixture(scope="module")
def prepared_dir(tmp_path_factory):
    return str(tmp_path_factory.mktemp("prepared"))


@pytest.mark.slow
@pytest.mark.parametrize("name", SETS)
@pytest.mark.parametrize("standardize", ["auto", "all"])
def test_the_arrays_are_those_of_the_task_arff(
    real_data_dir, prepared_dir, tmp_path, name, standardize
):
    folder, one = _real(real_data_dir, name), SETS[name]
    if one.test_file is None:
        files = _parts(folder / one.train_file, tmp_path)
    else:
        files = [folder / one.train_file, folder / one.test_file]
    given = {"standardize": standardize}
    named = dict(zip(("train_file", "test_file"), map(str, files), strict=True))
    labels = {"labels_xml": str(folder / one.labels_file)}
    expected = arff.load(
        get_task("arff").configure("ldrsp", {**given, **named, **labels}), None, None
    )
    task = get_task(f"mulan/{name}")
    found = task.load(task.configure("ldrsp", given), prepared_dir, str(real_data_dir))
    for split in ("train", "test"):
        for array in ("features", "labels"):
            ours, theirs = found.splits[split][array], expected.splits[split][array]
            assert ours.dtype == theirs.dtype
            np.testing.assert_array_equal(ours, theirs)
    assert found.inputs == {**expected.inputs, "train_file": one.train_file}


@pytest.mark.slow
def test_a_run_predicts_for_raw_rows_and_is_exported(
    command_line, real_data_dir, tmp_path
):
    folder, run = _real(real_data_dir, "emotions"), tmp_path / "run"

    def do(command, *flags):
        process = command_line.run(*flags, module=f"experiments.{command}")
        assert process.returncode == 0, process.stderr
        return process.stdout

    arguments = ("--task=mulan/emotions", "--method=ldrsp", "--epochs=1", "--hidden=8")
    arguments += ("--noretrain", "--refinement_steps=1", f"--output_dir={run}")
    arguments += (f"--manual_dir={real_data_dir}",)
    assert "313 training rows, 78 held out" in do("run", *arguments)
    assert "This run is complete" in do("run", *arguments)
    result = json.loads((run / "result.json").read_text())
    assert result["task"] == "mulan/emotions"
    assert set(result["data"]) == set(SETS["emotions"].files)

    path, output = folder / "emotions-test.arff", tmp_path / "tags.jsonl"
    do("predict", f"--run={run}", f"--input={path}", f"--output={output}")
    lines = [json.loads(line) for line in output.read_text().splitlines()]
    assert len(lines) == 202
    do("export", f"--run={run}", f"--output={tmp_path / 'exported'}")
    model = tf.saved_model.load(str(tmp_path / "exported"))
    x = load_run(run).read_inputs(path).x
    assert x.max() > 100  # Raw.
    served = model.signatures["serving_default"](x=tf.constant(x, tf.float32))
    expected = [line["refined"]["values"] for line in lines]
    np.testing.assert_allclose(served["refined"], expected, atol=1e-4)
