import os
import pathlib

import pytest

_BESIDE_PROJECT = pathlib.Path(__file__).parents[2] / "shared" / "data"


@pytest.fixture(scope="session")
def real_data_dir() -> pathlib.Path:
    """The folder of the original data, as `--manual_dir` takes it."""
    folder = pathlib.Path(os.environ.get("LDRSP_MANUAL_DIR", _BESIDE_PROJECT))
    if not folder.is_dir():
        pytest.skip(f"no original data: {folder} does not exist (LDRSP_MANUAL_DIR)")
    return folder
