"""The directions of imports, and how many modules stand side by side."""

import configparser
import pathlib
import subprocess
import sys

import pytest

_ROOT = pathlib.Path(__file__).parents[1]


def test_imports_point_one_way(tmp_path):
    """A process of its own: the command takes over the logging of its process."""
    contracts = configparser.ConfigParser()
    contracts.read(_ROOT / ".importlinter")
    count = sum(":contract:" in section for section in contracts.sections())
    code = (
        "import sys; from importlinter.cli import lint_imports; "
        f"sys.exit(lint_imports(cache_dir={str(tmp_path)!r}, no_logo=True))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=_ROOT, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"Contracts: {count} kept, 0 broken." in done.stdout


@pytest.mark.parametrize(
    ("folder", "most"), [("ldrsp_tf", 9), ("experiments", 8), ("datasets", 3)]
)
def test_few_modules_stand_beside_the_packages(folder, most):
    """Counts the Python files of the folder itself, `__init__.py` among them."""
    modules = sorted(path.name for path in (_ROOT / folder).glob("*.py"))
    assert "__init__.py" in modules
    assert len(modules) <= most, modules
