import dataclasses

import pytest

from experiments.border import __main__ as command
from experiments.border import describing
from experiments.border.descriptions import Description, read_descriptions
from experiments.border.plan import CELLS, TASK
from experiments.reports import filling


def test_the_tables_are_printed_and_the_figure_drawn(capsys, write_auto):
    results = write_auto(CELLS[0].folder, 0, own=0.39, refined=0.42)
    picture = results / "border.png"
    command.main(["border", f"--results={results}", f"--figure={picture}"])
    shown = capsys.readouterr().out
    assert shown.startswith("| dependence | units of G |")
    assert "Without results of `auto`: mulan/emotions" in shown
    assert picture.stat().st_size > 0


def test_missing_runs_are_done_and_filed(write_auto, monkeypatch, tmp_path, capsys):
    results = write_auto(CELLS[0].folder, 0, own=0.39, refined=0.42)
    done = results / "border" / "synthetic_tags" / CELLS[0].folder / "seed0"

    def run(jobs, at_once, collect, report, workers):
        (one,) = jobs
        one.folder.mkdir(parents=True)
        (one.folder / "result.json").write_text(text)
        collect(one)
        return []

    text = (done / "result.json").read_text()
    (done / "result.json").unlink()
    monkeypatch.setattr("experiments.border.runs.PLANNED", {TASK: CELLS[:1]})
    monkeypatch.setattr(filling, "run_jobs", run)
    folders = (f"--results={results}", f"--runs={tmp_path / 'runs'}")
    command.main(["border", *folders, "--seeds=1"])
    assert (done / "result.json").is_file()
    assert "+2.0" in capsys.readouterr().out


def test_sets_with_results_are_described_beside_them(write_auto, monkeypatch):
    results = write_auto("auto", 0, own=0.4, refined=0.4, task="bibtex")
    asked = []

    def describe_sets(tasks, data_dir, manual_dir):
        asked.append((*tasks, data_dir))
        return {"bibtex": dataclasses.asdict(Description(4880, 159, 2.4, 0.3))}

    monkeypatch.setattr(describing, "describe_cells", dict)
    monkeypatch.setattr(describing, "describe_sets", describe_sets)
    command.main(["border", f"--results={results}", "--describe", "--data_dir=D"])
    assert asked == [("bibtex", "D")]
    assert read_descriptions(results / "border")["bibtex"].labels == 159


@pytest.mark.parametrize(
    ("flags", "message"),
    [
        (["--figure=/no/such/folder/a.png"], "no folder for --figure="),
        (["--figure=a.png", "--results=/no/such"], "has no result to draw"),
        (["--jobs=2"], "error: --jobs is of the missing runs; give --seeds, too."),
        (["--runs=x", "--seeds=0"], "--runs is of the missing runs; give --seeds"),
    ],
)
def test_a_mistake_of_the_user_is_one_sentence(flags, message, capsys):
    with pytest.raises(SystemExit) as ended:
        command.main(["border", *flags])
    assert message in str(ended.value) + capsys.readouterr().err
