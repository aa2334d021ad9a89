import pathlib

import pytest

from experiments import ablations
from experiments.ablation.parts import PARTS

_TEST = {"generator": {"f1_plugin": 0.4}, "refined": {"f1": 0.5}}
_WALK = {"steps": [0], "metric": [0.5], "score": [0.5], "oracle": [0.5]}


@pytest.fixture
def results(result_folder) -> pathlib.Path:
    result_folder.write("bibtex", PARTS.folder("full"), 0, _TEST, walk=_WALK)
    return result_folder.path


def _refusal(*flags):
    with pytest.raises(SystemExit) as ended:
        ablations.main(["ablations", *flags])
    return str(ended.value)


def test_the_table_is_printed(results, capsys):
    ablations.main(["ablations", f"--results={results}"])
    head, _, row = capsys.readouterr().out.splitlines()
    assert head.startswith("| changed part | refined |")
    assert row.startswith("| nothing | 50.0 |")


def test_a_damaged_result_is_one_sentence(results):
    (results / "bibtex/ldrsp_cross-full/seed0/result.json").write_text("{")
    assert "result.json is damaged" in _refusal(f"--results={results}")


@pytest.mark.parametrize(
    ("flags", "message"),
    [
        (["--task=bibtx"], "error: There is no task 'bibtx'"),
        (
            ["--study=mask_readings"],
            "error: The study is not of task 'bibtex'; choose another --study or "
            "--task. --width is not a setting of task 'bibtex'.",
        ),
        (
            ["--study=tag_readings", "--task=weizmann_horse"],
            "error: The study tag_readings is of bibtex; choose another --study or",
        ),
        (
            ["--study=tag_readings", "--task=delicious"],
            "error: The study tag_readings is of bibtex; choose another --study or",
        ),
        (["--results=/no/such"], "error: /no/such has no result of this study on"),
        (
            ["--study=tag_readings"],
            " has no result of this study on bibtex; make some with python -m "
            "experiments.ablations --task=bibtex --study=tag_readings --seeds=1, or",
        ),
        (["--jobs=2"], "error: --jobs is of the missing runs; give --seeds, too."),
        (["--runs=x"], "error: --runs is of the missing runs; give --seeds, too."),
    ],
)
def test_a_mistake_of_the_user_is_one_sentence(results, flags, message):
    assert message in _refusal(f"--results={results}", *flags)


def test_runs_that_fail_are_named_where_they_leave_no_row(
    tmp_path, monkeypatch, capsys
):
    monkeypatch.setattr(ablations, "run_and_file", lambda *given: ["failed"])
    monkeypatch.setattr(ablations, "failure_text", lambda failures: "These failed.")
    assert "has no result" in _refusal(f"--results={tmp_path}", "--seeds=1")
    assert capsys.readouterr().err.startswith("These failed.")
