import pathlib

import pytest

from benchmarks import markdown_tables as tables
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


def test_marked_parts_are_written_anew():
    text = "a\n<!-- benchmark: machine -->\nold\n<!-- end -->\nb\n"
    written = tables.write_tables(text, _CONTENT)
    assert "old" not in written
    assert written.startswith("a\n<!-- benchmark: machine -->\nMade, 2 cores")
    assert tables.write_tables(written, _CONTENT) == written


def test_an_unknown_mark_is_refused():
    with pytest.raises(UsageError, match="no benchmark table 'colour'"):
        tables.write_tables("<!-- benchmark: colour -->\n<!-- end -->", _CONTENT)


def test_the_readme_shows_what_was_measured():
    content = read_json(_ROOT / "results" / "benchmarks.json")
    readme = (_ROOT / "README.md").read_text()
    assert "<!-- benchmark: training -->" in readme
    assert tables.write_tables(readme, content) == readme
