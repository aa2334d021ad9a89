"""Refiners of masks, and folders of a saved one."""

import keras
import pytest

from ldrsp_tf.data.examples import Examples
from ldrsp_tf.models.segmentation import PatchDiscriminator
from ldrsp_tf.refiner.refiner import Refiner
from ldrsp_tf.spaces.class_maps import ClassMapSpace
from tests.ldrsp_tf.refiner.saved_refiner import FILES


@pytest.fixture(scope="session")
def saved(fitted, tmp_path_factory):
    """Saves the fitted refiner to a folder, which tests do not change."""
    folder = tmp_path_factory.mktemp("saved") / "a folder" / "ÄÖ 画像"
    fitted.save(folder)
    return folder


@pytest.fixture
def copied(saved, tmp_path):
    """Makes a copy of that folder that may be damaged."""
    for name in FILES:
        (tmp_path / name).write_bytes((saved / name).read_bytes())
    return tmp_path


@pytest.fixture(scope="session")
def assemble_masks():
    """Assembles a refiner of masks, whose model begins with a layer of the test's."""

    def assemble(maps, layer, **changes):
        convolution = keras.layers.Conv2D(2, 3, padding="same")
        refiner = Refiner(
            keras.Sequential([layer, convolution]),
            ClassMapSpace(),
            discriminator=PatchDiscriminator(width=2),
            **changes,
        )
        refiner.assemble(Examples(*maps))

    return assemble
