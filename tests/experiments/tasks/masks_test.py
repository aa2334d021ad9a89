import pathlib

import keras
import numpy as np
import pytest
import tensorflow as tf
from PIL import Image

from experiments.tasks import masks
from experiments.tasks.inputs import NewInputs
from experiments.tasks.splits import split_rows
from experiments.tasks.task import get_task
from ldrsp_tf.data.augmentation import pad_images
from ldrsp_tf.data.examples import Examples
from ldrsp_tf.errors import UsageError
from ldrsp_tf.models.fcn import FCNBody
from ldrsp_tf.models.unet import UNetBody
from ldrsp_tf.models.value_network import ValueNetwork
from ldrsp_tf.spaces.binary_masks import BinaryMaskSpace
from ldrsp_tf.spaces.class_maps import ClassMapSpace


@pytest.fixture
def config():
    return get_task("synthetic_shapes").configure("ldrsp_plus", {})


def test_examples_are_scaled_images_and_one_hot_masks(config):
    image = np.array([[[[0, 255, 51]]]], np.uint8)  # 51 / 127.5 - 1 = -0.6
    split = {"image": image, "mask": np.array([[[1]]], np.uint8)}
    made = masks.examples(config, split)
    np.testing.assert_allclose(made.x, [[[[-1.0, 1.0, -0.6]]]], rtol=1e-6)
    np.testing.assert_array_equal(made.y, [[[[0, 1]]]])


def test_a_data_set_with_validation_rows_is_split_as_it_is(config):
    from datasets.loading import LoadedData

    def rows(number):
        return {
            "image": np.full((number, 2, 2, 3), number, np.uint8),
            "mask": np.zeros((number, 2, 2), np.uint8),
        }

    splits = {"train": rows(3), "validation": rows(2), "test": rows(4)}
    split = split_rows(
        get_task("synthetic_shapes"), config, LoadedData("made", splits, {}, 0.0)
    )
    assert [len(part.x) for part in split] == [3, 2, 5, 4]
    np.testing.assert_array_equal(split.all_training.x[:3], split.training.x)
    np.testing.assert_array_equal(split.all_training.x[3:], split.validation.x)


def test_networks_are_a_choice_of_their_own():
    task = get_task("weizmann_horse")
    given = {"generator": "unet", "discriminator": "fcn", "width": 4}
    config = task.configure("ldrsp", given)
    generator, discriminator = masks.networks(
        config, Examples(np.zeros((1, 32, 32, 3)), np.zeros((1, 32, 32, 2)))
    )
    assert isinstance(generator.body, UNetBody)
    assert isinstance(discriminator.body, FCNBody)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({}, (True, True)),
        ({"batch_norm": False}, (False, False)),
        ({"discriminator_batch_norm": False}, (True, False)),
    ],
)
def test_the_discriminator_may_do_without_batch_normalisation(given, expected):
    config = get_task("weizmann_horse").configure("baseline", {**given, "width": 4})
    found = masks.networks(
        config, Examples(np.zeros((1, 32, 32, 3)), np.zeros((1, 32, 32, 2)))
    )
    normalizes = [
        any(isinstance(layer, keras.layers.BatchNormalization) for layer in layers)
        for layers in (network._flatten_layers() for network in found)
    ]
    assert normalizes == list(expected)


def test_the_test_has_more_crops_than_a_validation_in_training():
    config = get_task("weizmann_horse").configure("ldrsp", {})
    final, quick = (masks.crops(config, final=final) for final in (True, False))
    assert (len(final.offsets), len(quick.offsets)) == (6, 2)
    assert (
        final.predict_batch_size == quick.predict_batch_size == masks.images_at_once(24)
    )


@pytest.mark.parametrize(("final", "expected"), [(True, (0, 4, 8)), (False, (0, 8))])
def test_without_offsets_crops_are_spread_over_each_side(final, expected):
    given = {"crop_offsets": None, "validation_offsets": None}
    config = get_task("weizmann_horse").configure("ldrsp", given)
    offsets_along = config.offsets(final)
    assert offsets_along(32) == expected
    assert offsets_along(24) == (0,)


def test_padded_images_are_cropped_alike_in_training_and_predictions():
    given = {"padding": 4, "crop_size": 32, "width": 4, "mirror": False}
    config = get_task("weizmann_horse").configure("baseline", given)
    draws = np.random.default_rng(0)
    x = tf.constant(draws.uniform(-1, 1, (1, 32, 32, 3)), tf.float32)
    y = tf.one_hot(draws.integers(0, 2, (1, 32, 32)), 2)
    masks.networks(config, Examples(x.numpy(), y.numpy()))  # Not refused.
    crops = masks.crops(config, final=True)
    assert crops.offsets_along(32) == (0, 2, 3, 5, 6, 8)
    padded = pad_images(x, 4).numpy()
    cut = masks.augmentation(config)(x, y, tf.constant([1, 2]))[0].numpy()
    places = np.ndindex(9, 9)
    assert any(
        np.array_equal(padded[:, row : row + 32, column : column + 32], cut)
        for row, column in places
    )


def test_a_padding_that_exceeds_the_image_is_refused():
    given = {"padding": 40, "crop_size": 24, "width": 4}
    config = get_task("weizmann_horse").configure("baseline", given)
    images = Examples(np.zeros((1, 32, 32, 3)), np.zeros((1, 32, 32, 2)))
    with pytest.raises(UsageError, match=r"--padding=40 .*; choose 32 at most"):
        masks.networks(config, images)


def test_fewer_images_are_predicted_at_once_where_crops_are_large():
    at_once = [masks.images_at_once(size) for size in (8, 24, 48, 96)]
    assert at_once == [8, 8, 2, 1]


def test_mean_iou_of_more_than_two_classes_is_refused():
    config = get_task("lfw_parts").configure("ldrsp", {"metric": "mean_iou"})
    with pytest.raises(UsageError, match=r"two classes, and there are 3; .*accuracy"):
        masks.space(config)


@pytest.mark.parametrize("setting", ["rotation", "scaling", "shear"])
def test_training_images_are_changed_by_affine_maps_where_the_settings_say_so(setting):
    task = get_task("synthetic_shapes")
    # Crops of the whole image, not mirrored: nothing else changes it.
    usual = {"crop_size": 32, "crop_offsets": (0,), "mirror": False}
    draws = np.random.default_rng(0)
    x = tf.constant(draws.uniform(-1, 1, (2, 32, 32, 3)), tf.float32)
    y = tf.one_hot(draws.integers(0, 2, (2, 32, 32)), 2)
    changed = {}
    for value in (0.0, 0.2):
        config = task.configure("ldrsp_plus", {**usual, setting: value})
        changed[value] = masks.augmentation(config)(x, y, tf.constant([1, 2]))
    np.testing.assert_array_equal(changed[0.0][0], x)
    np.testing.assert_array_equal(changed[0.0][1], y)
    assert changed[0.2][0].shape == x.shape and changed[0.2][1].shape == y.shape
    assert np.any(changed[0.2][0] != x)


def _predict(config, path, names, shade=0.0, scored=True):
    y = np.full((len(names), 4, 4, 2), [1.0, 0.5 + shade], np.float32)
    inputs = NewInputs(names, np.zeros((len(names), 4, 4, 3), np.float32))
    scores = y[..., 0] if scored else None
    masks.write_predictions(config, path, inputs, {"refined": y}, scores, {})


def test_a_write_that_fails_leaves_the_old_masks(config, tmp_path):
    folder = tmp_path / "masks"
    _predict(config, folder, ["a", "b"])
    old = {p.name: p.read_bytes() for p in folder.rglob("*") if p.is_file()}
    with pytest.raises(UsageError, match="masks cannot be written"):
        _predict(config, folder, ["a", "x" * 300], shade=1.0)
    assert {p.name: p.read_bytes() for p in folder.rglob("*") if p.is_file()} == old
    assert set(old) == {"a.png", "b.png", "scores.csv"}
    assert list(tmp_path.iterdir()) == [folder]


def test_masks_of_other_images_stay(config, tmp_path):
    _predict(config, tmp_path / "masks", ["a", "b"])
    _predict(config, tmp_path / "masks", ["b", "c"], shade=1.0)
    pictures = tmp_path / "masks" / "refined"
    assert {p.name: Image.open(p).getextrema()[1] for p in pictures.iterdir()} == {
        **{"a.png": 0, "b.png": 255, "c.png": 255}
    }


def test_no_scores_of_another_prediction_stay(config, tmp_path):
    folder = tmp_path / "masks"
    _predict(config, folder, ["a"])
    (folder / "notes.txt").write_text("of the user's")
    _predict(config, folder, ["a"], scored=False)
    assert {path.name for path in folder.iterdir()} == {"refined", "notes.txt"}


def test_the_working_folder_is_refused_before_the_work(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UsageError, match="The masks would replace the working folder"):
        masks.require_output(pathlib.Path())


def test_the_value_network_has_a_space_and_a_folder_of_its_own():
    task = get_task("weizmann_horse")
    config = task.configure("dvn", {"discriminator": "value"})
    assert str(task.run_folder(config)) == "weizmann_horse/dvn-value/seed0"
    both = {"discriminator": "value", "generator": "unet"}
    assert task.configure("gan", both).variant == "unet-value"
    assert isinstance(masks.space(config), BinaryMaskSpace)
    assert type(masks.space(task.configure("dvn", {}))) is ClassMapSpace
    _, discriminator = masks.networks(
        config, Examples(np.zeros((1, 32, 32, 3)), np.zeros((1, 32, 32, 2)))
    )
    assert isinstance(discriminator, ValueNetwork)
    assert discriminator.window == config.crop_size == 24


@pytest.mark.parametrize("name", ["weizmann_horse", "lfw_parts", "synthetic_shapes"])
def test_a_value_network_that_is_a_unet_has_the_head_of_eq_11(name):
    config = get_task(name).configure("dvn_unet", {})
    classes = config.classes
    shapes = np.zeros((1, 32, 32, 3)), np.zeros((1, 32, 32, classes))
    _, discriminator = masks.networks(config, Examples(*shapes))
    built = discriminator.get_config()
    assert (built["body"], built["head"]) == ("unet", "bilinear")


def test_the_value_network_is_of_two_classes_and_has_no_head():
    config = get_task("lfw_parts").configure("dvn", {"discriminator": "value"})
    with pytest.raises(UsageError, match="value needs two classes, and there are 3"):
        masks.space(config)
    given = {"discriminator": "value", "discriminator_head": "bilinear"}
    config = get_task("weizmann_horse").configure("dvn", given)
    with pytest.raises(UsageError, match=r"no bilinear head; give .*head=sigmoid"):
        masks.networks(
            config, Examples(np.zeros((1, 32, 32, 3)), np.zeros((1, 32, 32, 2)))
        )
