"""mypy over all that is not a test, with the settings of mypy.ini and its cache."""

import pathlib
import subprocess
import sys

import pytest

_ROOT = pathlib.Path(__file__).parents[1]

# A run takes some 10 s where none has left its cache in the checkout.
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def errors():
    """The lines that mypy prints for errors."""
    done = subprocess.run(
        [sys.executable, "-m", "mypy"],
        cwd=_ROOT,
        capture_output=True,
        text=True,
    )
    printed = done.stdout
    assert done.returncode in (0, 1), printed + done.stderr
    lines = [line for line in printed.splitlines() if ": error: " in line]
    assert lines or "Success: no issues found" in printed
    return lines


def test_the_library_has_no_type_errors(errors):
    found = [line for line in errors if line.startswith("ldrsp_tf/")]
    assert not found, "\n".join(found)


def test_the_rest_has_few_type_errors(errors):
    found = [line for line in errors if not line.startswith("ldrsp_tf/")]
    assert len(found) <= 20, "\n".join([f"{len(found)} errors:", *found])
