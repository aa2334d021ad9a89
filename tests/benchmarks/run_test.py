import json
import pathlib
import subprocess
import sys

import pytest

from benchmarks import protocol, run
from benchmarks.protocol import CASES, Case
from ldrsp_tf.errors import UsageError

_ROOT = pathlib.Path(__file__).parents[2]


def _command(*flags):
    return subprocess.run(
        [sys.executable, "-m", "benchmarks.run", *flags],
        cwd=_ROOT,
        capture_output=True,
        text=True,
    )


def test_cases_are_chosen_by_the_beginning_of_their_names():
    chosen = run.chosen_cases(["rows", "training/bibtex/gan"])
    assert list(chosen) == [
        *("training/bibtex/gan", "rows/1000", "rows/10000", "rows/100000"),
    ]
    assert run.chosen_cases(None) == CASES


def test_a_name_that_is_not_there_is_refused():
    process = _command("--only=colour")
    assert process.returncode != 0
    assert process.stderr.startswith("error: No benchmark's name begins with 'colour'")
    assert "Traceback" not in process.stderr


@pytest.mark.slow
def test_a_case_that_fails_is_reported_by_its_own_sentence():
    case = Case("training", {**_ARGUMENTS, "task": "colour"})
    with pytest.raises(UsageError, match="There is no task 'colour'"):
        run.measure(case)


_RATES = {"operations_per_second": 1e9, "bytes_per_second": 1e9}
_ARGUMENTS = {
    "rates": _RATES,
    "task": "synthetic_tags",
    "method": "ldrsp",
    "flags": {"hidden": [4]},
    "data_dir": None,
    "manual_dir": None,
}


def test_measurements_are_added_to_those_of_before(tmp_path, monkeypatch):
    output = tmp_path / "results" / "benchmarks.json"
    output.parent.mkdir()
    output.write_text(json.dumps({"cases": {"rows/1": {"seconds": 1.0}}}))
    arguments = {**_ARGUMENTS, "data_dir": str(tmp_path / "data")}
    given = []

    def measure(case):
        given.append(case)
        if case.measure == "machine":
            return dict(_RATES)
        return {"seconds": 2.0, "bound": 1.0, **case.arguments}

    monkeypatch.setattr(run, "measure", measure)
    case = protocol.Case("training", {"task": "bibtex", "method": "gan", "flags": {}})
    folders = {"data_dir": arguments["data_dir"], "manual_dir": None}
    run._measure_all({"training/bibtex/gan": case}, output, folders)
    content = json.loads(output.read_text())
    assert list(content["cases"]) == ["rows/1", "training/bibtex/gan"]
    assert content["machine"] == _RATES
    assert given[-1].arguments["rates"] == _RATES
    assert given[-1].arguments["data_dir"] == arguments["data_dir"]


@pytest.mark.slow
def test_a_case_is_measured_in_a_process_of_its_own():
    data = {"kind": "tags", "rows": 64, "features": 20, "labels": 5}
    arguments = {**data, "method": "ldrsp", "flags": {"hidden": [4]}, "rates": _RATES}
    measured = run.measure(Case("synthetic", arguments))
    assert measured["rows"] == 64
    assert measured["seconds"] > 0.0
