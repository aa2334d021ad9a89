import gc
import os
import pathlib
import subprocess
from collections.abc import Callable, Iterator

import pytest

from tests import obedient
from tests.command_line import CommandLine

_ROOT = pathlib.Path(__file__).parents[1]
_BESIDE_PROJECT = _ROOT.parent / "shared" / "data"

# The threads of an operation cost more than they save in networks and matrices this
# small: those of OpenBLAS wait for each other in loops. Read as TensorFlow finds its
# devices and as NumPy is imported, in this process and in the commands.
for _threads in ("TF_NUM_INTRAOP_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ.setdefault(_threads, "1")

# Memory in huge pages, of which fewer have to be faulted in. Read by the C library as a
# process starts: the workers of `-n` and the commands.
os.environ.setdefault("GLIBC_TUNABLES", "glibc.malloc.hugetlb=1")


# The collection of the tests makes objects that live.
gc.disable()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Puts files with slow tests first, so that no worker begins one at the end."""
    slow = {item.path for item in items if item.get_closest_marker("slow")}
    items.sort(key=lambda item: item.path not in slow)


def pytest_collection_finish() -> None:
    """Spares the collector what the imports made, which it would visit in vain."""
    gc.collect()
    gc.freeze()
    # A trace makes more objects than Python's defaults expect, and most of them live.
    gc.set_threshold(50_000, 20, 100)
    gc.enable()


@pytest.fixture(scope="session", autouse=True)
def _no_waiting_for_the_disk() -> Iterator[None]:
    """Lets `fsync` return at once: no test ends the machine, as it ends processes."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "fsync", lambda descriptor: None)
        yield


@pytest.fixture(scope="session")
def real_data_dir() -> pathlib.Path:
    """The folder of the original data, as `--manual_dir` takes it."""
    folder = pathlib.Path(os.environ.get("LDRSP_MANUAL_DIR", _BESIDE_PROJECT))
    if not folder.is_dir():
        pytest.skip(f"no original data: {folder} does not exist (LDRSP_MANUAL_DIR)")
    return folder


@pytest.fixture
def run_obediently() -> Callable[..., subprocess.CompletedProcess]:
    """Runs a module that may not write where the permissions forbid it."""

    def run(module: str, *flags: str) -> subprocess.CompletedProcess:
        command_line = CommandLine(dict(os.environ))
        process = command_line.run(module, *flags, module=obedient.__name__)
        if process.returncode == obedient.UNABLE:
            pytest.skip("permissions cannot be made to hold here")
        return process

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
