import ctypes
import os
import pathlib
import subprocess
import sys
from collections.abc import Callable

import pytest

_ROOT = pathlib.Path(__file__).parents[1]
_BESIDE_PROJECT = _ROOT.parent / "shared" / "data"
_PR_CAPBSET_DROP, _CAP_DAC_OVERRIDE = 24, 1


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Puts files with slow tests first, so that no worker begins one at the end."""
    slow = {item.path for item in items if item.get_closest_marker("slow")}
    items.sort(key=lambda item: item.path not in slow)


@pytest.fixture(scope="session")
def real_data_dir() -> pathlib.Path:
    """The folder of the original data, as `--manual_dir` takes it."""
    folder = pathlib.Path(os.environ.get("LDRSP_MANUAL_DIR", _BESIDE_PROJECT))
    if not folder.is_dir():
        pytest.skip(f"no original data: {folder} does not exist (LDRSP_MANUAL_DIR)")
    return folder


@pytest.fixture
def run_obediently(tmp_path) -> Callable[..., subprocess.CompletedProcess]:
    """Runs Python in a process that may not write where the permissions forbid it.

    What the superuser starts may otherwise.
    """

    def run(*arguments: str) -> subprocess.CompletedProcess:
        return subprocess.run(
            [sys.executable, *arguments],
            cwd=_ROOT,
            capture_output=True,
            text=True,
            preexec_fn=lambda: ctypes.CDLL(None).prctl(
                _PR_CAPBSET_DROP, _CAP_DAC_OVERRIDE, 0, 0, 0
            ),
        )

    locked = tmp_path / "locked"
    locked.mkdir(0o555)
    if run("-c", f"open({str(locked / 'file')!r}, 'w')").returncode == 0:
        pytest.skip("permissions cannot be made to hold here")
    return run


@pytest.fixture
def make_read_only():
    """A function that forbids to write in a folder and below, until the test ends."""
    folders = []

    def forbid(folder: pathlib.Path) -> pathlib.Path:
        for path in [folder, *folder.rglob("*")]:
            path.chmod(0o555 if path.is_dir() else 0o444)
            folders.append(path)
        return folder

    yield forbid
    for path in folders:
        if path.is_dir():
            path.chmod(0o755)
