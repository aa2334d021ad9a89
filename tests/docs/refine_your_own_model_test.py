import copy
import pathlib
import re

import nbformat
import pytest
from nbclient import NotebookClient

ROOT = pathlib.Path(__file__).parents[2]
NOTEBOOK = ROOT / "docs" / "refine_your_own_model.ipynb"

# Short trainings on fewer images. The user's model still has to find some animals: an
# empty mask has no precision. After one epoch validation would choose a single step,
# and the pictures show five. XLA would take longer to compile the steps of Keras than
# these are trained.
_SHORTER = {
    "EPOCHS = 10 ": "EPOCHS = 1 ",
    "y_train = examples(300)": "y_train = examples(200)",
    "y_validation = examples(100)": "y_validation = examples(40)",
    "y_test = examples(200)": "y_test = examples(60)",
    "frozen=True,": 'frozen=True, grid={"steps": (5,)},',
    "Adam(0.01), ": "Adam(0.01), jit_compile=False, loss=",
    "Adam(rate),": "Adam(rate), run_eagerly=True, loss=",
}

# Figures of the text that no output shows: differences of two that are shown.
_NOT_SHOWN = {"0.013", "0.019"}


@pytest.fixture(scope="module")
def committed():
    return nbformat.read(NOTEBOOK, as_version=4)


@pytest.fixture(scope="module")
def executed(committed, tmp_path_factory):
    """The same cells with short trainings, in an empty folder with `ldrsp_tf`."""
    notebook = copy.deepcopy(committed)
    code = "".join(cell.source for cell in _code(notebook))
    assert [code.count(usual) for usual in _SHORTER] == [1] * len(_SHORTER)
    for cell in _code(notebook):
        cell.outputs, cell.execution_count = [], None
        for usual, shorter in _SHORTER.items():
            cell.source = cell.source.replace(usual, shorter)
    folder = tmp_path_factory.mktemp("notebook")
    library = tmp_path_factory.mktemp("library")
    (library / "ldrsp_tf").symlink_to(ROOT / "ldrsp_tf")
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("PYTHONPATH", str(library))
        environment.setenv("IPYTHONDIR", str(folder / "ipython"))
        environment.delenv("MPLBACKEND", raising=False)  # Pictures go to the page.
        NotebookClient(
            notebook, timeout=1200, resources={"metadata": {"path": str(folder)}}
        ).execute()
    return notebook


def _code(notebook):
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def _pictures(notebook):
    return sum(
        "image/png" in output.get("data", {})
        for cell in _code(notebook)
        for output in cell.outputs
    )


def _is_noise(output):
    return output.output_type == "error" or output.get("name") == "stderr"


def _require_clean(notebook):
    for number, cell in enumerate(_code(notebook), 1):
        assert cell.execution_count == number
        assert not any(map(_is_noise, cell.outputs)), cell.outputs


def test_the_committed_notebook_has_been_run_whole(committed):
    nbformat.validate(committed)
    _require_clean(committed)
    for cell in _code(committed):
        assert cell.outputs, cell.source
    assert _pictures(committed) > 0
    assert NOTEBOOK.stat().st_size < 400_000


def test_its_text_has_the_figures_of_its_outputs(committed):
    figure = re.compile(r"\b\d+\.\d{3}\b")
    text = " ".join(c.source for c in committed.cells if c.cell_type == "markdown")
    outputs = [output for cell in _code(committed) for output in cell.outputs]
    shown = figure.findall(" ".join(output.get("text", "") for output in outputs))
    assert len(figure.findall(text)) > 10
    assert set(figure.findall(text)) - set(shown) <= _NOT_SHOWN


def test_it_names_no_folder_of_the_machine_that_ran_it(committed):
    text = nbformat.writes(committed)
    assert not any(name in text for name in ("/tmp/", "/home/", "/root/", "/work/"))


def test_it_imports_the_library_and_none_of_our_other_packages(committed):
    code = "\n".join(cell.source for cell in _code(committed))
    imported = re.findall(r"^\s*(?:from|import) (\w+)", code, re.M)
    assert "ldrsp_tf" in imported
    assert not {"experiments", "datasets", "benchmarks"} & set(imported)


@pytest.mark.slow
def test_it_runs(committed, executed):
    _require_clean(executed)
    for before, after in zip(_code(committed), _code(executed), strict=True):
        assert bool(before.outputs) == bool(after.outputs)
    assert _pictures(executed) == _pictures(committed)
