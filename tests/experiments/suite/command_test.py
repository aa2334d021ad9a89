import pathlib
import subprocess
import sys

import numpy as np
import pytest
from PIL import Image

from experiments.reports import missing_runs
from experiments.suite import __main__ as command

ROOT = pathlib.Path(__file__).parents[3]
READ = "--run_missing=false"


@pytest.fixture
def run_suite(command_line):
    def run_suite(*flags, **process):
        return command_line.run(*flags, module="experiments.suite", **process)

    return run_suite


def test_tensorflow_is_not_needed_to_compare(suite_results):
    code = (
        "import sys; from experiments.suite.__main__ import main; "
        "main(sys.argv); sys.exit('tensorflow' in sys.modules)"
    )
    flags = [READ, f"--results={suite_results.path}", "--seeds=2"]
    done = subprocess.run(
        [sys.executable, "-c", code, *flags], cwd=ROOT, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("| data set | plain MLP | LDRSP | auto |")


def test_the_flags_choose_data_sets_rows_and_reference(capsys, suite_results):
    picture = suite_results.path / "ranks.png"
    read = (READ, f"--results={suite_results.path}", "--seeds=2")
    chosen = ("--suite=design", "--methods=baseline,auto", "--reference=baseline")
    command.main(["suite", *read, *chosen, f"--figure={picture}"])
    shown = capsys.readouterr().out
    assert shown.startswith("| data set | plain MLP | auto |")
    assert "| plain MLP against |" in shown
    assert np.asarray(Image.open(picture)).std() > 5
    command.main(["suite", *read, "--tasks=bibtex,mulan/scene", "--rows=ldrsp,auto"])
    shown = capsys.readouterr().out
    assert "on 2 data sets" in shown and "mulan/emotions" not in shown


@pytest.mark.parametrize(
    ("flags", "message"),
    [
        (["--suite=design", "--tasks=bibtex"], "--suite and --tasks"),
        (["--rows=best"], "There is no row 'best'"),
        (["--rows=ldrsp", "--reference=auto"], "--reference=auto is none of"),
        ([READ, "--jobs=2"], "--jobs is of the missing runs"),
        ([READ, "--results=/no/such/folder"], "no folder /no/such/folder"),
        ([READ, "--figure=/no/such/folder/a.png"], "no folder for --figure="),
        (["--methods=baseline", "--tasks=nothing"], "There is no task 'nothing'"),
    ],
)
def test_a_mistake_of_the_user_is_one_sentence(run_suite, tmp_path, flags, message):
    results = [] if "results" in flags[-1] else [f"--results={tmp_path}"]
    done = run_suite(*flags, *results)
    assert done.returncode == 1
    assert done.stderr.startswith("error: ") and message in done.stderr
    assert done.stderr.count("\n") == 1


def test_missing_runs_are_asked_for_and_compared(monkeypatch, capsys, suite_results):
    asked = {}

    def fill_runs(results, missing, command, **others):
        for run in missing:
            test = {"refined": {"f1": 0.45, "f1_tuned": 0.4}}
            suite_results.write(run.task, run.folder, run.seed, test, validation=test)
        asked.update(others, missing=[str(run) for run in missing], command=command)
        return []

    monkeypatch.setattr(command, "fill_runs", fill_runs)
    flags = [f"--results={suite_results.path}", "--tasks=synthetic_tags", "--seeds=2"]
    folders = ["--runs=work", "--data_dir=data", "--manual_dir=files"]
    command.main(["suite", *flags, "--methods=ldrsp", "--jobs=3", *folders])
    assert asked["missing"] == [f"synthetic_tags/ldrsp/seed{seed}" for seed in (0, 1)]
    assert asked["command"][1:3] == ("-m", "experiments.run")
    assert asked["command"][3:] == ("--data_dir=data", "--manual_dir=files")
    assert (asked["at_once"], asked["runs"]) == (3, pathlib.Path("work"))
    assert "| synthetic_tags | 45.0 (1) |" in capsys.readouterr().out


def test_methods_that_cannot_be_run_are_refused_if_they_are_named(
    monkeypatch, capsys, suite_results
):
    monkeypatch.setattr(missing_runs, "RECIPES", {"ldrsp": None})
    monkeypatch.setattr(command, "fill_runs", lambda *_, **__: [])
    flags = [f"--results={suite_results.path}", "--tasks=bibtex", "--seeds=1"]
    command.main(["suite", *flags])
    assert "plain MLP" in capsys.readouterr().out
    with pytest.raises(SystemExit, match="There is no method 'baseline'"):
        command.main(["suite", *flags, "--methods=baseline"])


@pytest.mark.slow
def test_failed_runs_are_named_beside_the_comparison(run_suite, tmp_path):
    # Data that is nowhere fails in every run, and at once.
    done = run_suite(
        *("--tasks=bibtex", "--methods=baseline", "--seeds=1"),
        *(f"--runs={tmp_path / 'runs'}", f"--results={tmp_path / 'results'}"),
        *(f"--manual_dir={tmp_path / 'nowhere'}", f"--data_dir={tmp_path / 'data'}"),
    )
    assert done.returncode == 1
    first, started, failed, head, reason, end = done.stderr.splitlines()
    assert first == "1 run is missing."
    assert (started.split()[1], failed.split()[1]) == ("started", "failed")
    assert head == "error: These runs failed:"
    assert reason.startswith("  bibtex/baseline/seed0: ") and "nowhere" in reason
    assert "has no result of these rows on bibtex" in end
