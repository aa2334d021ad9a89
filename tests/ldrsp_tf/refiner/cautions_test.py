import contextlib
import warnings

import keras
import numpy as np
import pytest

from ldrsp_tf.data.examples import Examples
from ldrsp_tf.models import EnergyNetwork
from ldrsp_tf.models.preprocessing import ScalePixels, StandardizeFeatures
from ldrsp_tf.models.segmentation import PatchDiscriminator
from ldrsp_tf.refiner.refiner import Refiner
from ldrsp_tf.spaces.class_maps import ClassMapSpace
from ldrsp_tf.spaces.tags import TagSpace


@contextlib.contextmanager
def _no_warning():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        yield


def test_layers_that_move_images_without_their_masks_are_warned_of(
    large_maps, assemble_masks
):
    layer = keras.layers.RandomFlip(name="flips")
    with pytest.warns(
        UserWarning, match=r"'flips' \(RandomFlip\) of the gen.*augment="
    ):
        assemble_masks(large_maps, layer)


def test_a_frozen_model_does_not_move_images(large_maps, assemble_masks):
    with _no_warning():
        assemble_masks(large_maps, keras.layers.RandomFlip(), frozen=True)


def _of_tags(policy=None):
    return keras.Sequential([keras.layers.Dense(5, dtype=policy, name="hidden")])


@pytest.mark.parametrize("policy", ["mixed_float16", "float16"])
def test_layers_that_train_in_half_precision_are_warned_of_once(policy, tags):
    refiner = Refiner(_of_tags(policy), TagSpace())
    with pytest.warns(UserWarning, match="'hidden' of the gen.*mixed_bfloat16") as all:
        refiner.assemble(Examples(*tags))
        refiner.assemble(Examples(*tags))
    assert len(all) == 1


def test_a_discriminator_in_half_precision_is_warned_of(tags):
    discriminator = EnergyNetwork(5, dtype="mixed_float16")
    refiner = Refiner(_of_tags(), TagSpace(), frozen=True, discriminator=discriminator)
    with pytest.warns(UserWarning, match="of the discriminator computes in float16"):
        refiner.assemble(Examples(*tags))


@pytest.mark.parametrize(
    ("policy", "frozen"),
    [("mixed_float16", True), ("mixed_bfloat16", False), ("float32", False)],
)
def test_other_precisions_and_frozen_models_train_without_a_warning(
    policy, frozen, tags
):
    with _no_warning():
        Refiner(_of_tags(policy), TagSpace(), frozen=frozen).assemble(Examples(*tags))


def _pixels(maps):
    return np.round(255 * (maps[0] / 2 + 0.5)).astype(np.uint8)


def _map_refiner(**changes):
    scaled = keras.layers.Rescaling(1 / 127.5, -1.0)
    layers = [scaled, keras.layers.Conv2D(2, 3, padding="same")]
    return Refiner(keras.Sequential(layers), ClassMapSpace(), **changes)


def test_images_that_a_default_discriminator_gets_unscaled_are_warned_of(large_maps):
    examples = Examples(_pixels(large_maps), large_maps[1])
    with pytest.warns(UserWarning, match="root mean square .*ScalePixels") as all:
        _map_refiner().assemble(examples)
    assert len(all) == 1
    with _no_warning():
        _map_refiner(preprocessing=ScalePixels()).assemble(examples)
        own = PatchDiscriminator(width=2)
        _map_refiner(discriminator=own).assemble(examples)


def test_features_that_a_default_discriminator_gets_unscaled_are_warned_of(tags):
    x = np.random.default_rng(0).normal(size=(24, 7))
    raw = Examples((x * [1, 1, 1, 300, 1, 1, 1]).astype(np.float32), tags[1])
    with pytest.warns(UserWarning, match="of up to .*StandardizeFeatures"):
        Refiner(_of_tags(), TagSpace()).assemble(raw)
    mean, deviation = raw.x.mean(0), raw.x.std(0)
    scaled = StandardizeFeatures(tuple(map(float, mean)), tuple(map(float, deviation)))
    with _no_warning():
        Refiner(_of_tags(), TagSpace(), preprocessing=scaled).assemble(raw)
        Refiner(_of_tags(), TagSpace(), discriminator=EnergyNetwork(5)).assemble(raw)
        Refiner(_of_tags(), TagSpace(), method="baseline").assemble(raw)


@pytest.mark.parametrize("kind", [bool, np.uint8, np.int64, np.float16, np.float64])
def test_features_of_0_and_1_and_rare_ones_are_small(kind, tags):
    with _no_warning():
        Refiner(_of_tags(), TagSpace()).assemble(
            Examples(tags[0].astype(kind), tags[1])
        )
        rare = np.zeros_like(tags[0])
        rare[0, 0] = 40.0  # As a standardized feature of few rows has.
        Refiner(_of_tags(), TagSpace()).assemble(Examples(rare, tags[1]))
