"""The wheel, installed apart from the checkout, beside the environment's TensorFlow."""

import ast
import email
import os
import pathlib
import re
import shutil
import subprocess
import sys
import zipfile

import pytest

_ROOT = pathlib.Path(__file__).parents[1]
_FOLDERS = ["ldrsp_tf", "experiments", "datasets", "benchmarks", "tests"]

pytestmark = pytest.mark.slow


def _run(command, **options):
    done = subprocess.run(command, capture_output=True, text=True, **options)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def _pip(*arguments):
    _run([sys.executable, "-m", "pip", "--disable-pip-version-check", *arguments])


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """Built from a copy: in the checkout, files of an earlier build would join it."""
    folder = tmp_path_factory.mktemp("wheel")
    source = folder / "source"
    for name in _FOLDERS:
        shutil.copytree(
            _ROOT / name, source / name, ignore=shutil.ignore_patterns("__pycache__")
        )
    for name in ["setup.py", "README.md", "LICENSE"]:
        shutil.copy(_ROOT / name, source)
    options = ["--no-deps", "--no-build-isolation", "--no-index"]
    _pip("wheel", *options, "--wheel-dir", str(folder), str(source))
    return next(folder.glob("*.whl"))


@pytest.fixture(scope="module")
def site(wheel, tmp_path_factory):
    """A folder with what `pip install` makes of the wheel."""
    folder = tmp_path_factory.mktemp("site")
    _pip("install", "--no-deps", "--no-index", "--target", str(folder), str(wheel))
    return folder


@pytest.fixture(scope="module")
def run_apart(site, tmp_path_factory):
    """Runs Python that finds the wheel and the environment's packages alone.

    `-S` leaves out the links of an editable installation, which lead to the checkout.
    """
    packages = [path for path in sys.path if path.endswith("-packages")]

    def run(code):
        return _run(
            [sys.executable, "-S", "-c", code],
            cwd=tmp_path_factory.mktemp("apart"),
            env={**os.environ, "PYTHONPATH": os.pathsep.join([str(site), *packages])},
        )

    return run


@pytest.fixture(scope="module")
def modules():
    """The files of the library in the checkout."""
    paths = sorted((_ROOT / "ldrsp_tf").rglob("*.py"))
    return [path.relative_to(_ROOT) for path in paths]


def test_the_wheel_holds_the_library_alone(wheel, modules):
    with zipfile.ZipFile(wheel) as archive:
        names = [n for n in archive.namelist() if ".dist-info/" not in n]
    assert sorted(names) == sorted([*map(str, modules), "ldrsp_tf/py.typed"])


def test_the_requirements_are_what_the_library_imports(wheel, modules):
    with zipfile.ZipFile(wheel) as archive:
        name = next(n for n in archive.namelist() if n.endswith(".dist-info/METADATA"))
        metadata = email.message_from_bytes(archive.read(name))
    required = {
        re.match(r"[\w-]+", line)[0]
        for line in metadata.get_all("Requires-Dist")
        if "extra ==" not in line
    }
    imported = {name for path in modules for name in _imports(_ROOT / path)}
    assert required == imported - sys.stdlib_module_names - {"ldrsp_tf"}
    assert "Apache-2.0" in (metadata["License"], metadata["License-Expression"])


def _imports(path):
    """The roots of the packages that the file imports."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module.split(".")[0]


def test_the_example_of_the_readme_runs(run_apart, site):
    readme = (_ROOT / "README.md").read_text()
    example = re.search(r"^```python\n(.*?)^```", readme, re.DOTALL | re.M)[1]
    assert "refiner.fit(" in example
    printed = run_apart(
        f"{example}\nimport sys, ldrsp_tf\n"
        f"assert {str(_ROOT)!r} not in sys.path and '' in sys.path, sys.path\n"
        "assert 'experiments' not in sys.modules\n"
        "print(ldrsp_tf.__file__)\n"
    )
    assert "'refined': {'f1': " in printed
    assert pathlib.Path(printed.splitlines()[-1]).is_relative_to(site)


def test_the_checkout_is_out_of_sight(run_apart):
    code = "import importlib.util as u; print(u.find_spec('experiments'))"
    assert run_apart(code) == "None\n"
