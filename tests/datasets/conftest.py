import pathlib

import numpy as np
import pytest
from PIL import Image


@pytest.fixture
def save_pairs(tmp_path):
    """Saves images and masks below `photos` and `masks` of a folder, and returns it.

    The values of the masks are given by name, each `[H, W]`; images are noise of their
    size.
    """

    def save(root: pathlib.Path = tmp_path, **masks) -> pathlib.Path:
        rng = np.random.default_rng(0)
        for part in ("photos", "masks"):
            (root / part).mkdir(parents=True, exist_ok=True)
        for name, values in masks.items():
            values = np.asarray(values, np.uint8)
            image = rng.integers(0, 256, (*values.shape, 3), dtype=np.uint8)
            Image.fromarray(image).save(root / "photos" / f"{name}.png")
            Image.fromarray(values).save(root / "masks" / f"{name}.png")
        return root

    return save
