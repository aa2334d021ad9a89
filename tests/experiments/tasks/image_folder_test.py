import json
import pathlib
import re

import numpy as np
import pytest
from PIL import Image

from experiments.tasks import image_folder, masks
from experiments.tasks.splits import split_rows
from experiments.tasks.task import get_task
from ldrsp_tf.errors import UsageError

TASK = get_task("image_folder")


def save(root: pathlib.Path, height=16, width=20, number=12, values=(0, 255)) -> tuple:
    """Saves images and masks, and returns the flags that name their folders."""
    rng = np.random.default_rng(0)
    for part in ("my photos", "masks"):
        (root / part).mkdir(parents=True)
    rows, columns = np.mgrid[:height, :width]
    for index in range(number):
        row, column = rng.integers(4, height - 4), rng.integers(4, width - 4)
        inside = (abs(rows - row) < 4) & (abs(columns - column) < 4)
        image = rng.integers(0, 100, (height, width, 3)) + 100 * inside[..., None]
        mask = np.uint16(values)[inside * (1 + index % (len(values) - 1))]
        image, mask = image.astype(np.uint8), mask.astype(np.uint8)
        Image.fromarray(image).save(root / "my photos" / f"bild é{index}.jpg")
        Image.fromarray(mask).save(root / "masks" / f"bild é{index}.png")
    return {"images": f"{root}/my photos/", "masks": f"{root}/masks"}


@pytest.fixture
def folders(tmp_path):
    return save(tmp_path)


def configure(**given):
    return TASK.configure("ldrsp_plus", given)


def test_settings_follow_from_the_files(folders, tmp_path):
    config = configure(**folders)
    assert config.images == str(tmp_path / "my photos")
    assert config.image_size == (16, 20)
    assert config.class_values == (0, 255)
    assert (config.classes, config.metric) == (2, "mean_iou")
    assert config.crop_size == 16
    # 10 images are left by the test, 8 by validation; 2,000 epochs are too many.
    assert (config.training.batch_size, config.epochs) == (8, 400)


def test_settings_that_are_given_hold(folders):
    config = configure(
        **folders,
        image_size=(40,),
        class_values=(255, 0),
        crop_size=24,
        epochs=3,
        batch_size=2,
        metric="pixel_accuracy",
    )
    assert config.image_size == (40, 40)
    assert config.class_values == (255, 0)
    assert (config.crop_size, config.epochs) == (24, 3)
    assert config.training.batch_size == 2
    assert config.metric == "pixel_accuracy"


@pytest.mark.parametrize(
    ("side", "crop"),
    [(8, 8), (12, 8), (16, 16), (20, 16), (32, 24), (64, 48), (100, 72), (256, 96)],
)
def test_crops_are_about_three_quarters_of_a_side(folders, side, crop):
    assert configure(**folders, image_size=(300, side)).crop_size == crop


def test_more_classes_have_their_numbers_and_the_accuracy(tmp_path):
    config = configure(**save(tmp_path, values=(0, 1, 2)), classes=3)
    assert config.class_values == (0, 1, 2)
    assert config.metric == "pixel_accuracy"
    named = configure(
        **save(tmp_path / "b", values=(0, 70, 9)), class_values=(0, 70, 9)
    )
    assert named.classes == 3


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"image_size": (8, 8, 8)}, r"--image_size=8,8,8 should be a height and a"),
        ({"class_values": (0,)}, r"--class_values=0 should be two"),
        ({"class_values": (0, 1, 1)}, r"different values"),
        ({"class_values": tuple(range(257))}, r"two to 256 different values"),
        ({"class_values": (0, 70000)}, r"class_values is .* from 0 to 65535 are"),
        ({"classes": 300}, r"classes is 300: .* from 2 to 256 is"),
        ({"class_values": (0, 255), "classes": 3}, r"leave --classes out"),
        ({"crop_size": 24}, r"--crop_size=24 exceeds .* choose 16 at most"),
        ({"test_images": "elsewhere"}, r"both --test_images and --test_masks"),
        ({"masks": None}, r"name them by --images and --masks"),
    ],
)
def test_settings_that_do_not_fit_are_refused(folders, given, message):
    with pytest.raises(UsageError, match=message):
        configure(**{**folders, **given})


def test_images_that_are_too_small_are_refused(tmp_path):
    with pytest.raises(UsageError, match=r"7x30 pixels are too small .*--image_size"):
        image_folder._crop_size(configure(), (7, 30))


def test_without_folders_nothing_can_be_loaded():
    with pytest.raises(UsageError, match=r"name them by --images and --masks"):
        TASK.load(configure(), None, None)


def test_loads_examples_of_the_configured_size(folders):
    config = configure(**folders, image_size=(24, 32))
    split = split_rows(TASK, config, TASK.load(config, None, None))
    assert [len(part.x) for part in split] == [8, 2, 10, 2]
    assert split.test.x.shape == (2, 24, 32, 3)
    assert split.test.y.shape == (2, 24, 32, 2)


def test_every_seed_has_the_same_test_images(folders):
    configs = [configure(**folders, seed=seed) for seed in (0, 1)]
    tests = [TASK.load(c, None, None).splits["test"]["image"] for c in configs]
    np.testing.assert_array_equal(*tests)


def test_new_images_and_their_masks_have_the_form_of_the_runs(folders, tmp_path):
    config = configure(**folders, image_size=(8, 10))
    new = masks.read_inputs(tmp_path / "my photos", (8, 10, 3))
    assert (len(new.names), new.x.shape, new.sizes[0]) == (12, (12, 8, 10, 3), (16, 20))
    class_maps = np.zeros((12, 8, 10), int)
    class_maps[:, 2, 3] = 1
    masks.write_predictions(
        config,
        tmp_path / "predicted",
        new,
        {"refined": np.eye(2)[class_maps]},
        scores=class_maps / 4.0,
        decoder_params={},
    )
    picture = Image.open(tmp_path / "predicted" / "refined" / f"{new.names[0]}.png")
    expected = np.uint8([0, 255])[class_maps[0]].repeat(2, 0).repeat(2, 1)
    np.testing.assert_array_equal(picture, expected)
    scores = (tmp_path / "predicted" / "scores.csv").read_text().splitlines()
    assert scores[:2] == ["name,score", f"{new.names[0]},{1 / 4 / 80:.6f}"]


def test_one_picture_is_no_folder_to_predict_for(folders, tmp_path):
    photo = tmp_path / "my photos" / "bild é0.jpg"
    with pytest.raises(UsageError) as error:
        masks.read_inputs(photo, (8, 10, 3))
    assert str(error.value) == (
        f"{photo} is a picture; name the folder that it lies in, {photo.parent}, to "
        "predict for all of its pictures."
    )


SHORT = (
    "--task=image_folder",
    "--method=ldrsp_plus",
    "--epochs=1",
    "--noretrain",
    "--nofigures",
    "--width=4",
    # The U-Net, which is D otherwise, takes twice as long to trace.
    "--discriminator=fcn",
    "--discriminator_width=4",
    "--inference_steps=2",
    "--refinement_steps=2",
    # Without chains of samples, which take long to trace.
    "--source_shares=0,1,0",
)


def as_flags(folders):
    return [f"--{name}={path}" for name, path in folders.items()]


@pytest.mark.slow
def test_a_run_of_tiny_images_that_are_not_square(command_line, tmp_path):
    folders = save(tmp_path)
    folder = tmp_path / "run"
    flags = (*SHORT, *as_flags(folders), f"--output_dir={folder}")
    process = command_line.run(*flags)
    assert process.returncode == 0, process.stderr
    assert process.stderr == ""
    assert "8 training rows, 2 held out for validation, 2 test rows" in process.stdout
    result = json.loads((folder / "result.json").read_text())
    assert set(result["test"]["refined"]) == {
        "mean_iou",
        "global_iou",
        "pixel_accuracy",
    }
    (checksum,) = result["data"].values()
    assert re.fullmatch("[0-9a-f]{64}", checksum)
    assert "'--images=my photos'" in result["command"]

    # The pictures are of the same images, or there are none.
    mask = tmp_path / "masks" / "bild é3.png"
    Image.fromarray(255 - np.asarray(Image.open(mask))).save(mask)
    process = command_line.run(f"--run={folder}", module="experiments.figures")
    command_line.assert_one_sentence(
        process, "images and masks has changed since the run", str(folder)
    )

    # An interrupted run has no result yet.
    (folder / "result.json").unlink()
    process = command_line.run(*flags)
    command_line.assert_one_sentence(
        process, "content of images and masks is", "--output_dir"
    )

    (folder / "result.json").write_text(json.dumps(result))
    (tmp_path / "masks").rename(tmp_path / "elsewhere")
    predicted = tmp_path / "predicted"
    process = command_line.run(
        f"--run={folder}",
        f"--input={folders['images']}",
        f"--output={predicted}",
        module="experiments.predict",
    )
    assert process.returncode == 0, process.stderr
    assert "12 predictions written" in process.stdout
    for row in ("generated", "refined"):
        sizes = {Image.open(path).size for path in (predicted / row).glob("*.png")}
        assert sizes == {(20, 16)}
    assert len((predicted / "scores.csv").read_text().splitlines()) == 13


def test_a_missing_mask_is_answered_by_one_sentence(command_line, tmp_path):
    folders = save(tmp_path)
    for index in (3, 5, 7, 8):
        (tmp_path / "masks" / f"bild é{index}.png").unlink()
    process = command_line.run(*SHORT, *as_flags(folders))
    command_line.assert_one_sentence(process, "bild é3.jpg has no mask", "(and 3 more)")


def test_an_unknown_class_is_answered_by_one_sentence(command_line, tmp_path):
    folders = save(tmp_path, values=(0, 255, 128))
    process = command_line.run(
        *SHORT, *as_flags(folders), f"--output_dir={tmp_path / 'run'}"
    )
    command_line.assert_one_sentence(
        process, "has the value 128 in row", "--class_values"
    )
    assert not (tmp_path / "run" / "config.json").exists()
