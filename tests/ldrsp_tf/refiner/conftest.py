"""Folders of a saved refiner."""

import pytest

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
