"""Runs of data at the edge: hardly an example, and nothing to tell apart."""

import math

import numpy as np
import pytest
from PIL import Image

from experiments.runs.context import RunContext
from experiments.runs.display import Display
from experiments.runs.pipeline import run
from experiments.tasks.task import get_task
from ldrsp_tf.errors import UsageError

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("eager")]

HEADER = """\
@relation 'größe: -C 2'
@attribute eins {0,1}
@attribute zwei {0,1}
@attribute größe real
@data
"""


@pytest.fixture
def do(tmp_path):
    """A function that does a run, and returns its result."""

    def do(task, method, **given):
        task = get_task(task)
        config, display = task.configure(method, given), Display()
        folder = tmp_path / "läufe 画像" / "run"
        context = RunContext(task, config, task.identity(config), folder, display)
        return run(context, display, command="")

    return do


def assert_measured(result):
    for metrics in result["test"].values():
        for value in metrics.values():
            assert 0.0 <= value <= 1.0


@pytest.fixture
def arff(tmp_path):
    """A function that writes files of some rows and one test row, and names them."""

    def write(rows, test):
        folder = tmp_path / "größe 画像"
        folder.mkdir()
        for name, text in (("train", rows), ("test", test)):
            (folder / f"{name}.arff").write_text(HEADER + text)
        return {
            "train_file": str(folder / "train.arff"),
            "test_file": str(folder / "test.arff"),
        }

    return write


SMALL_TAGS = {"hidden": (4,), "discriminator_hidden": (4,), "epochs": 2}


@pytest.mark.parametrize("tags", ["0,0", "1,1"], ids=["no labels", "all labels"])
def test_one_row_to_train_on_and_one_to_choose_with(do, arff, tags):
    files = arff(f"{tags},1.5\n{tags},2.5\n", f"{tags},3.5\n")
    result = do("arff", "ldrsp", **SMALL_TAGS, **files, validation_fraction=0.5)
    assert_measured(result)
    assert result["batch_shapes"]["x"] == [1, 1]
    assert all(map(math.isfinite, result["score"].values()))


def test_one_row_cannot_be_trained_on(do, arff):
    files = arff("0,1,1.5\n", "0,1,2.5\n")
    with pytest.raises(UsageError, match="leaves 0 validation rows of 1"):
        do("arff", "ldrsp", **SMALL_TAGS, **files)


@pytest.mark.slow
def test_three_images_of_which_two_show_one_class(do, tmp_path):
    rng = np.random.default_rng(0)
    folders = {"images": tmp_path / "bilder ä", "masks": tmp_path / "masken 画像"}
    for folder in folders.values():
        folder.mkdir()
    both = np.repeat([[0, 255]], 8, 0).repeat(4, 1)
    for name, mask in (("é", both), ("b", 0 * both), ("c", 0 * both + 255)):
        image = rng.integers(0, 256, (8, 8, 3), dtype=np.uint8)
        Image.fromarray(image).save(folders["images"] / f"{name}.png")
        Image.fromarray(mask.astype(np.uint8)).save(folders["masks"] / f"{name}.png")
    result = do(
        "image_folder",
        "ldrsp",
        **{name: str(folder) for name, folder in folders.items()},
        test_fraction=0.34,
        validation_fraction=0.5,
        class_values=(0, 255),
        epochs=1,
        width=2,
        discriminator_width=2,
        inference_steps=1,
        refinement_steps=1,
    )
    assert_measured(result)
    assert result["batch_shapes"]["x"] == [1, 8, 8, 3]
