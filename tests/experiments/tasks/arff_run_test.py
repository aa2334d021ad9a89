"""`python -m experiments.run --task=arff` from files to result."""

import csv
import json
import shlex
import shutil

import numpy as np
import pytest
import tensorflow as tf

from experiments.reports.refinement_figure import draw_figures
from experiments.runs.finished import load_run

TINY = ("--task=arff", "--epochs=1", "--noretrain", "--hidden=8")
ATTRIBUTES = """\
@relation made
@attribute size real
@attribute 'is new' {0,1}
@attribute 'label, one' {0,1}
@attribute two {0,1}
@data
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("my files, größer")
    rng = np.random.default_rng(0)
    for name, rows in (("train", 40), ("test", 10)):
        size, new = rng.normal(5, 3, rows), rng.integers(0, 2, rows)
        lines = [f"{s:.3f},{n},{int(s > 5)},{n}\n" for s, n in zip(size, new)]
        (folder / f"{name}.arff").write_text(ATTRIBUTES + "".join(lines))
    (folder / "labels.xml").write_text(
        '<labels><label name="label, one"/><label name="two"/></labels>'
    )
    return folder


def files(folder, **names):
    return [f"--{flag}={folder / name}" for flag, name in names.items()]


@pytest.mark.slow
def test_a_run_by_mulans_convention(command_line, folder, tmp_path):
    given = files(
        folder, train_file="train.arff", test_file="test.arff", labels_xml="labels.xml"
    )
    arguments = (*TINY, "--method=ldrsp", "--refinement_steps=1", *given)
    process = command_line.run(*arguments, f"--output_dir={tmp_path}")
    assert process.returncode == 0, process.stderr
    assert process.stderr == ""
    assert "32 training rows, 8 held out for validation, 10 test rows" in process.stdout

    result = json.loads((tmp_path / "result.json").read_text())
    named = {f"--{name}" for name in ("train_file=train.arff", "labels_xml=labels.xml")}
    assert named < set(shlex.split(result["command"]))
    for name in ("result.json", "config.json"):
        assert str(folder) not in (tmp_path / name).read_text()
    assert len(result["data"]) == 3
    assert draw_figures(load_run(tmp_path), 1, None, None) == [tmp_path / "curves.png"]

    predicted = tmp_path / "predicted.csv"
    # The training file is not read again.
    (folder / "train.arff").rename(folder / "elsewhere.arff")
    flags = (f"--run={tmp_path}", f"--output={predicted}")
    process = command_line.run(
        *flags,
        f"--input={folder / 'test.arff'}",
        module="experiments.predict",
    )
    assert process.returncode == 0, process.stderr
    lines = list(csv.DictReader(predicted.open()))
    assert len(lines) == 10
    assert set(lines[0]) == {"name", "score", "generated", "refined"}
    process = command_line.run(
        *flags[:1],
        f"--output={tmp_path / 'saved'}",
        module="experiments.export",
    )
    assert process.returncode == 0, process.stderr
    run, path = load_run(tmp_path), folder / "test.arff"
    inputs = run.read_inputs(path)
    exported = tf.saved_model.load(tmp_path / "saved").signatures["serving_default"]
    scores = exported(x=tf.constant(inputs.x, tf.float32))["score"].numpy()
    np.testing.assert_allclose(
        scores, [float(line["score"]) for line in lines], atol=2e-6
    )
    process = command_line.run(
        f"--run={tmp_path}",
        f"--input={path}",
        f"--output={tmp_path / 'tags.txt'}",
        module="experiments.predict",
    )
    command_line.assert_one_sentence(process, "tags.txt", ".csv")

    (folder / "elsewhere.arff").rename(folder / "train.arff")
    moved = folder.with_name("moved")
    shutil.copytree(folder, moved)
    arguments = [argument.replace(str(folder), str(moved)) for argument in arguments]
    process = command_line.run(*arguments, f"--output_dir={tmp_path}")
    assert "This run is complete" in process.stdout, process.stderr
    assert str(moved) in (tmp_path / "sources.json").read_text()

    with (moved / "train.arff").open("a") as file:
        file.write("5,1,0,0\n")
    process = command_line.run(*arguments, f"--output_dir={tmp_path}")
    command_line.assert_one_sentence(
        process, "content of train_file is", "--output_dir"
    )


def test_a_run_by_mekas_convention(command_line, folder, tmp_path):
    process = command_line.run(
        *TINY,
        "--method=baseline",
        "--num_labels=-2",
        *files(folder, train_file="train.arff"),
        f"--output_dir={tmp_path}",
    )
    assert process.returncode == 0, process.stderr
    assert "10 test rows" in process.stdout
    result = json.loads((tmp_path / "result.json").read_text())
    assert set(result["test"]) == {"generator"}
    (note,) = result["notes"]
    assert note == "The 2 labels are 'label, one' to 'two', by --num_labels."
    assert note in process.stdout.partition("Chosen on validation")[0]


def test_a_damaged_row_is_answered_by_one_sentence(command_line, folder, tmp_path):
    path = folder / "damaged.arff"
    path.write_text(ATTRIBUTES + "1.5,1,0,0\n2.5,?,0,0\n")
    process = command_line.run(
        *TINY,
        "--num_labels=-2",
        f"--train_file={path}",
        f"--output_dir={tmp_path / 'run'}",
    )
    command_line.assert_one_sentence(
        process, f"{path}, line 8: the attribute 'is new' is missing"
    )
