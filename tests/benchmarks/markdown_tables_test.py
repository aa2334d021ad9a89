import pathlib
import subprocess
import sys

import pytest

from benchmarks import markdown_tables as tables
from experiments.reports.pages import replace_parts
from experiments.summaries.result_file import read_json
from ldrsp_tf.errors import UsageError

_ROOT = pathlib.Path(__file__).parents[2]

_CASE = {
    "seconds": 0.5,
    "examples_per_second": 9760.0,
    "parts": {"input": 0.05, "generator": 0.2, "discriminator": 0.25},
    "bound": 0.125,
    "peak_memory_bytes": 750_000_000,
}
_CONTENT = {
    "machine": {
        "processor": "Made",
        "cores": 2,
        "memory_bytes": 24 * 2**30,
        "versions": {"tensorflow": "2.0"},
        "operations_per_second": 1e11,
        "bytes_per_second": 2e10,
    },
    "cases": {
        "training/bibtex/gan": {
            **_CASE,
            "refinement": {"input_steps_per_second": 12345.6},
        },
        "rows/1000": _CASE,
        "runs/bibtex/ldrsp": {
            **{"task": "bibtex", "method": "ldrsp", "flags": {"epochs": 26}},
            **{"seeds": 2, "training_seconds": [10.0, 12.0], "refined": [0.46, 0.47]},
            **{"paper": 46.4, "peak_memory_bytes": 800_000_000},
        },
    },
}


def test_an_epoch_and_its_parts_are_a_row():
    row = tables.training_table(_CONTENT).splitlines()[-1]
    assert row == (
        "| bibtex | `gan` | 0.500 | 9,760 | 10% | 40% | 50% | - | 0.125 | 4.0 | 12,346 "
        "| 0.75 GB |"
    )


def test_a_size_is_a_row_of_the_curves():
    row = tables.curves_table(_CONTENT).splitlines()[-1]
    assert row == (
        "| rows (500 features, 100 labels) | 1,000 | 0.500 | 0.125 | 4.0 | 0.75 GB |"
    )


def test_whole_runs_are_a_row():
    row = tables.runs_table(_CONTENT).splitlines()[-1]
    assert row == (
        "| `--task=bibtex --method=ldrsp --epochs=26` | 11.0 ± 1.4 | 46.5 ± 0.7 | 46.4 "
        "| 2 | 0.80 GB |"
    )


def test_the_machine_is_a_line():
    assert tables.machine_line(_CONTENT) == (
        "Made, 2 cores, 24 GiB, TensorFlow 2.0: 100 billion operations and 20.0 GB a "
        "second."
    )


def _written(text, content):
    return replace_parts(text, tables.table_makers(content))


def test_marked_parts_are_written_anew():
    text = "a\n<!-- benchmark: machine -->\nold\n<!-- end -->\nb\n"
    written = _written(text, _CONTENT)
    assert "old" not in written
    assert written.startswith("a\n<!-- benchmark: machine -->\nMade, 2 cores")
    assert _written(written, _CONTENT) == written


def test_an_unknown_mark_is_refused():
    with pytest.raises(UsageError, match="no benchmark table 'colour'"):
        _written("<!-- benchmark: colour -->\n<!-- end -->", _CONTENT)


@pytest.mark.parametrize("name", tables.PARTS)
def test_the_page_of_performance_shows_the_measurements(name):
    content = read_json(_ROOT / "results" / "benchmarks.json")
    page = (_ROOT / "docs" / "performance.md").read_text()
    assert f"<!-- benchmark: {name} -->" in page
    assert _written(page, content) == page, "run: python -m benchmarks.tables --docs=."


def test_the_command_writes_the_page(tmp_path):
    (tmp_path / "docs").mkdir()
    page = tmp_path / "docs" / "performance.md"
    page.write_text("<!-- benchmark: machine -->\n<!-- end -->\n")
    command = [sys.executable, "-m", "benchmarks.tables", f"--docs={tmp_path}"]
    shown = subprocess.run(command, cwd=_ROOT, capture_output=True, text=True)
    assert (shown.returncode, shown.stdout) == (0, f"Updated {page}.\n")
    assert "billion operations" in page.read_text()
