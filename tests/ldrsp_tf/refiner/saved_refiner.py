"""Steps that the tests of saved refiners share."""

import json

import numpy as np

from ldrsp_tf.data.examples import Examples
from ldrsp_tf.refinement import Refinement

FILES = ["discriminator.keras", "generator.keras", "refiner.json"]


def files_of(folder):
    return sorted(path.name for path in folder.iterdir())


def assert_same_prediction(one, other, x):
    made = [refiner.predict(x, trajectory=True) for refiner in (one, other)]
    for a, b in zip(*made, strict=True):
        np.testing.assert_array_equal(a, b)


def assembled(make_refiner, tags, *arguments, **changes):
    """Makes a refiner that is ready to be saved, though it was not trained."""
    refiner = make_refiner(*arguments, **changes)
    refiner.assemble(Examples(*tags))
    if refiner.discriminator is not None:
        refiner.refinement = Refinement(0.5, 2)
    return refiner


def change_description(folder, change):
    told = json.loads((folder / "refiner.json").read_text())
    change(told)
    (folder / "refiner.json").write_text(json.dumps(told))
