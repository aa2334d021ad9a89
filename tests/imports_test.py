"""The directions of imports, and how many modules stand side by side."""

import configparser
import pathlib

import pytest
from importlinter.cli import lint_imports

_ROOT = pathlib.Path(__file__).parents[1]


def test_imports_point_one_way(monkeypatch, tmp_path, capfd):
    contracts = configparser.ConfigParser()
    contracts.read(_ROOT / ".importlinter")
    count = sum(":contract:" in section for section in contracts.sections())
    monkeypatch.chdir(_ROOT)
    status = lint_imports(cache_dir=str(tmp_path), no_logo=True)
    printed = capfd.readouterr().out
    assert status == 0, printed
    assert f"Contracts: {count} kept, 0 broken." in printed


@pytest.mark.parametrize(
    ("folder", "most"), [("ldrsp_tf", 9), ("experiments", 8), ("datasets", 3)]
)
def test_few_modules_stand_beside_the_packages(folder, most):
    """Counts the Python files of the folder itself, `__init__.py` among them."""
    modules = sorted(path.name for path in (_ROOT / folder).glob("*.py"))
    assert "__init__.py" in modules
    assert len(modules) <= most, modules
