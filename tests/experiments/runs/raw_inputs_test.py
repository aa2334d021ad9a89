"""Finished runs take the inputs of a user's files as these are, wherever they go.

`predict`, the exported SavedModel and the saved refiner predict the same of them.
"""

import json
import pathlib

import keras
import numpy as np
import pytest
import tensorflow as tf
from PIL import Image

from experiments.runs.finished import load_run
from ldrsp_tf.refiner import Refiner

pytestmark = pytest.mark.slow

_ARFF = """\
@relation r
@attribute size numeric
@attribute colour {red,green,blue}
@attribute shift numeric
@attribute 'first tag' {0,1}
@attribute 'second tag' {0,1}
@data
"""


def _write_arff(path: pathlib.Path, rows: int = 40) -> np.ndarray:
    """Writes features in the thousands, and returns them as the columns of x."""
    rng = np.random.default_rng(0)
    size, shift = rng.normal([5000, -3000], 1000, (rows, 2)).round(3).T
    color = rng.integers(0, 3, rows)
    lines = (
        f"{s:.3f},{('red', 'green', 'blue')[c]},{t:.3f},{s > 5000:d},{t > -3000:d}\n"
        for s, c, t in zip(size, color, shift)
    )
    path.write_text(_ARFF + "".join(lines))
    return np.column_stack([size, np.eye(3)[color], shift]).astype(np.float32)


def _write_images(root: pathlib.Path, number: int = 10) -> np.ndarray:
    """Writes gray photographs and masks, and returns the former as uint8 RGB."""
    rng = np.random.default_rng(0)
    for name in ("photos", "masks"):
        (root / name).mkdir()
    for index in range(number):
        gray = rng.integers(0, 256, (16, 16)).astype(np.uint8)
        Image.fromarray(gray).save(root / "photos" / f"{index}.png")
        mask = np.where(gray > 127, 255, 0).astype(np.uint8)
        Image.fromarray(mask).save(root / "masks" / f"{index}.png")
    files = sorted((root / "photos").iterdir())
    return np.stack([np.asarray(Image.open(f).convert("RGB")) for f in files])


class _Run:
    """A finished run, and the folder that it was exported to."""

    def __init__(self, command_line, folder, raw, *flags):
        self.raw, self.folder = raw, folder / "run"
        self.exported = folder / "exported"
        self._command_line = command_line
        self.screen = [
            self.do("run", *flags, f"--output_dir={self.folder}"),
            self.do("export", f"--run={self.folder}", f"--output={self.exported}"),
        ]

    def do(self, command, *flags):
        process = self._command_line.run(*flags, module=f"experiments.{command}")
        assert process.returncode == 0, process.stderr
        return process.stdout

    def served(self, x):
        model = tf.saved_model.load(str(self.exported))
        serve = model.signatures["serving_default"]
        return {k: v.numpy() for k, v in serve(x=tf.constant(x, tf.float32)).items()}

    def reloaded(self, folder):
        load_run(self.folder).refiner().save(folder)
        return Refiner.load(folder)

    def signature(self):
        return json.loads((self.exported / "signature.json").read_text())


@pytest.fixture(scope="module")
def tags(command_line, tmp_path_factory):
    folder = tmp_path_factory.mktemp("tags")
    raw = _write_arff(folder / "rows.arff")
    flags = ["--task=arff", f"--train_file={folder / 'rows.arff'}", "--num_labels=-2"]
    flags += ["--method=ldrsp", "--epochs=2", "--noretrain", "--hidden=8"]
    flags += ["--refinement_steps=2"]
    return _Run(command_line, folder, raw, *flags)


@pytest.fixture(scope="module")
def masks(command_line, tmp_path_factory):
    folder = tmp_path_factory.mktemp("masks")
    raw = _write_images(folder)
    flags = ["--task=image_folder", f"--images={folder / 'photos'}"]
    flags += [f"--masks={folder / 'masks'}", "--method=ldrsp", "--epochs=2"]
    flags += ["--noretrain", "--width=4", "--discriminator_width=4"]
    return _Run(command_line, folder, raw, *flags, "--refinement_steps=2")


def test_tags_of_a_files_rows(tags, tmp_path):
    output, rows = tmp_path / "tags.jsonl", tags.folder.parent / "rows.arff"
    tags.do("predict", f"--run={tags.folder}", f"--input={rows}", f"--output={output}")
    lines = [json.loads(line) for line in output.read_text().splitlines()]
    served = tags.served(tags.raw)
    prediction = tags.reloaded(tmp_path / "refiner").predict(tags.raw)
    for name in ("generated", "refined"):
        expected = np.array([line[name]["values"] for line in lines])
        # Features in the thousands would drive every tag to 0 or 1.
        assert expected.min() > 0.02
        assert expected.max() < 0.98
        np.testing.assert_allclose(served[name], expected, atol=1e-4)
        np.testing.assert_allclose(getattr(prediction, name), expected, atol=1e-4)
    scores = [line["score"] for line in lines]
    np.testing.assert_allclose(served["score"], scores, atol=1e-4)


def test_masks_of_pictures(masks, tmp_path):
    run = load_run(masks.folder)
    new = run.read_inputs(masks.folder.parent / "photos")
    np.testing.assert_array_equal(new.x, masks.raw)
    output = tmp_path / "predicted"
    photos = masks.folder.parent / "photos"
    masks.do(
        "predict", f"--run={masks.folder}", f"--input={photos}", f"--output={output}"
    )
    served = masks.served(masks.raw)
    prediction = masks.reloaded(tmp_path / "refiner").predict(masks.raw)
    assert prediction.generated.std() > 1e-3
    for name in ("generated", "refined"):
        found = getattr(prediction, name)
        np.testing.assert_allclose(served[name], found, atol=1e-4)
        for mask, y in zip(sorted((output / name).iterdir()), found):
            undecided = np.abs(y[..., 1] - 0.5) < 1e-4
            expected = np.where(y[..., 1] > 0.5, 255, 0)
            right = (np.asarray(Image.open(mask)) == expected) | undecided
            assert right.all()
    means = prediction.scores.mean((1, 2))
    lines = (output / "scores.csv").read_text().splitlines()[1:]
    scores = [float(line.split(",")[1]) for line in lines]
    np.testing.assert_allclose(scores, means, atol=1e-4)


def test_the_export_describes_its_inputs(tags, masks):
    x = tags.signature()["inputs"]["x"]
    assert (x["dtype"], x["shape"]) == ("float32", [None, 5])
    names = ["size", "colour=red", "colour=green", "colour=blue", "shift"]
    assert x["columns"] == names
    labels = ["first tag", "second tag"]
    outputs = tags.signature()["outputs"]
    assert outputs["generated"]["columns"] == outputs["refined"]["columns"] == labels
    assert "features of a row, as in the data, not standardized." in tags.screen[1]
    x = masks.signature()["inputs"]["x"]
    assert x["shape"] == [None, 16, 16, 3]
    assert x["content"] == "RGB images of 16x16 pixels, with values from 0 to 255"


def test_the_exported_networks_take_the_outputs_of_the_exported_preprocessing(tags):
    preprocessing, generator = (
        keras.saving.load_model(tags.exported / f"{name}.keras")
        for name in ("preprocessing", "generator")
    )
    generated = tf.sigmoid(generator(preprocessing(tags.raw)))
    np.testing.assert_allclose(generated, tags.served(tags.raw)["generated"], atol=1e-4)


def test_a_run_of_an_older_version_is_refused(tags, command_line, tmp_path):
    inputs = tags.folder / "inputs.json"
    content = inputs.read_text()
    inputs.unlink()
    try:
        process = command_line.run(
            f"--run={tags.folder}",
            f"--output={tmp_path / 'exported'}",
            module="experiments.export",
        )
    finally:
        inputs.write_text(content)
    command_line.assert_one_sentence(process, "has no inputs.json", "run its command")
    assert not (tmp_path / "exported").exists()
