"""Runs of the method that decides, the default for data of a user's own."""

import csv
import json
import pathlib

import numpy as np
import pytest
import tensorflow as tf
from PIL import Image

from experiments.runs.finished import load_run
from ldrsp_tf.metrics import mean_f1

pytestmark = pytest.mark.slow

# Each training of a few updates.
_SHORT = (
    *("--folds=2", "--first_updates=4,4", "--pretraining_updates=2,2"),
    *("--updates=2,2", "--validation_interval=1", "--refinement_steps=1"),
    *("--batch_size=8", "--inference_steps=1", "--nocontrols"),
)
# The U-Net, which is D otherwise, takes twice as long to trace.
_SMALL_MASKS = (
    "--width=4",
    "--discriminator=fcn",
    "--discriminator_width=4",
    "--nofigures",
)


class _Commands:
    """The commands, of which none may fail."""

    def __init__(self, command_line, folder: pathlib.Path):
        self.run_folder = folder / "run"
        self._command_line = command_line

    def do(self, command, *flags):
        process = self._command_line.run(*flags, module=f"experiments.{command}")
        assert process.returncode == 0, process.stderr
        return process.stdout

    def run(self, *flags):
        """Returns screen and result of the run, which a second command only finds."""
        flags = (*flags, *_SHORT, f"--output_dir={self.run_folder}")
        screen = self.do("run", *flags)
        assert "This run is complete" in self.do("run", *flags)
        return screen, json.loads((self.run_folder / "result.json").read_text())

    def predict(self, path, output):
        flags = (f"--run={self.run_folder}", f"--input={path}", f"--output={output}")
        return self.do("predict", *flags)

    def exported(self, folder):
        """Returns the function of the run's SavedModel."""
        self.do("export", f"--run={self.run_folder}", f"--output={folder}")
        model = tf.saved_model.load(str(folder))
        serve = model.signatures["serving_default"]
        return lambda x: serve(x=tf.constant(x, tf.float32))


@pytest.fixture
def commands(command_line, tmp_path):
    return _Commands(command_line, tmp_path)


def _require_decided(screen, result):
    assert result["method"] == "auto"
    assert {"generator", "refined", "decided"} == set(result["test"])
    sentence = result["selected"]["decision"]["sentence"]
    assert f" {sentence}\n" in screen
    assert "\ndecided " in screen


def _arff(path: pathlib.Path, rows: int, seed: int) -> np.ndarray:
    """Writes rows of three features and two tags, and returns the tags."""
    x = np.random.default_rng(seed).normal(50, 20, (rows, 3)).round(2)
    y = (x[:, :2] + x[:, 2:] > 100).astype(int)
    names = [f"@attribute a{i} numeric" for i in range(3)]
    names += ["@attribute 'first tag' {0,1}", "@attribute 'second tag' {0,1}"]
    lines = [",".join(map(str, [*values, *tags])) for values, tags in zip(x, y)]
    path.write_text("\n".join(["@relation made", *names, "@data", *lines]) + "\n")
    return y


def test_tags_of_a_users_file_are_decided_alike_everywhere(commands, tmp_path):
    _arff(tmp_path / "train.arff", 40, seed=0)
    truth = _arff(tmp_path / "test.arff", 20, seed=1)
    screen, result = commands.run(
        *("--task=arff", f"--train_file={tmp_path / 'train.arff'}", "--hidden=8"),
        *(f"--test_file={tmp_path / 'test.arff'}", "--num_labels=-2"),
        *("--discriminator_hidden=8",),
    )
    _require_decided(screen, result)
    output = tmp_path / "tags.csv"
    commands.predict(tmp_path / "test.arff", output)
    lines = list(csv.DictReader(output.open()))
    assert list(lines[0]) == ["name", "score", "decided", "generated", "refined"]
    tags = [line["decided"].split(";") for line in lines]
    names = ("first tag", "second tag")
    decided = np.array([[name in row for name in names] for row in tags], float)
    assert mean_f1(decided, truth) == pytest.approx(result["test"]["decided"]["f1"])
    x = load_run(commands.run_folder).read_inputs(tmp_path / "test.arff").x
    served = commands.exported(tmp_path / "exported")(x)
    np.testing.assert_array_equal(served["decided"], decided)


def _images(folder: pathlib.Path, number: int = 10) -> None:
    rng = np.random.default_rng(0)
    for name in ("photos", "masks"):
        (folder / name).mkdir()
    for index in range(number):
        gray = rng.integers(0, 256, (16, 16)).astype(np.uint8)
        Image.fromarray(gray).save(folder / "photos" / f"{index}.png")
        mask = np.where(gray > 127, 255, 0).astype(np.uint8)
        Image.fromarray(mask).save(folder / "masks" / f"{index}.png")


def test_masks_of_a_users_images_are_decided_alike_everywhere(commands, tmp_path):
    _images(tmp_path)
    photos = tmp_path / "photos"
    screen, result = commands.run(
        *("--task=image_folder", f"--images={photos}", *_SMALL_MASKS),
        f"--masks={tmp_path / 'masks'}",
    )
    _require_decided(screen, result)
    compared = result["selected"]["decision"]["compared"]
    outputs = [each["output"] for each in compared]
    assert outputs[0] == "generator" and outputs[-3:] == ["own", "average", "refined"]
    output = tmp_path / "predicted"
    commands.predict(photos, output)
    x = load_run(commands.run_folder).read_inputs(photos).x
    served = commands.exported(tmp_path / "exported")(x)["decided"].numpy()
    pictures = sorted((output / "decided").iterdir())
    assert len(pictures) == len(x) == 10
    for picture, mask in zip(pictures, served, strict=True):
        np.testing.assert_array_equal(np.asarray(Image.open(picture)) > 0, mask[..., 1])


def test_made_shapes_run_to_the_end(commands):
    """The task itself does not train anew, which the method has to."""
    screen, result = commands.run(
        *("--task=synthetic_shapes", "--method=auto", *_SMALL_MASKS),
        *("--crop_offsets=0,8", "--rows=40", "--nobatch_norm"),
    )
    _require_decided(screen, result)
    assert result["selected"]["retraining_epochs"] >= 1


def test_a_run_without_a_retraining_has_to_do_without_late_refits(
    command_line, tmp_path
):
    _arff(tmp_path / "train.arff", 40, seed=0)
    flags = ("--task=arff", f"--train_file={tmp_path / 'train.arff'}", "--hidden=8")
    flags += (*_SHORT, "--num_labels=-2", "--noretrain", f"--output_dir={tmp_path}/run")
    command_line.assert_one_sentence(
        command_line.run(*flags), "--late_refit", "give --nolate_refit"
    )
    assert command_line.run(*flags, "--nolate_refit").returncode == 0
