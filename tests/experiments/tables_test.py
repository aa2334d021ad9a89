import json
import pathlib
import signal
import subprocess
import sys

import pytest

from experiments import tables
from experiments.reports.pages import pages_below, replace_parts
from experiments.suite.groups import GROUPS
from ldrsp_tf.errors import UsageError

ROOT = pathlib.Path(__file__).parents[2]
IOU = {"mean_iou": 0.8, "global_iou": 0.8}


@pytest.fixture
def results(result_folder):
    rows = {
        "generator": {"f1": 0.4, "f1_tuned": 0.5, "f1_plugin": 0.25},
        "refined": {"f1": 0.46, "f1_tuned": 0.46},
    }
    result_folder.write("bibtex", "ldrsp", 0, rows, selected={"epochs": 3})
    result_folder.write("weizmann_horse", "ldrsp_plus-unet", 0, {"generator": IOU})
    return result_folder.path


def written(text, results):
    return replace_parts(text, tables.table_makers(results))


@pytest.mark.parametrize("page", pages_below(ROOT), ids=lambda page: page.stem)
def test_a_page_shows_the_committed_results(page):
    text = page.read_text()
    assert written(text, ROOT / "results") == text, (
        "run: python -m experiments.tables --docs=."
    )


@pytest.mark.parametrize(
    ("page", "mark"),
    [
        ("README.md", "table: summary"),
        ("README.md", "screen: synthetic_shapes/ldrsp_plus/seed0"),
        ("docs/results/bibtex.md", "table: bibtex"),
        ("docs/results/delicious.md", "table: delicious"),
        ("docs/results/horses.md", "table: weizmann_horse"),
        ("docs/results/faces.md", "table: lfw_parts"),
        ("docs/results/synthetic.md", "screen: synthetic_shapes/ldrsp_plus/seed0"),
        ("docs/results/claim.md", "table: claim/bibtex"),
        ("docs/results/claim.md", "table: claim/weizmann_horse"),
        ("docs/results/claim.md", "table: claim/lfw_parts"),
        ("docs/results/ldrsp_cross.md", "table: controls/bibtex"),
        ("docs/results/ldrsp_cross.md", "table: controls/delicious"),
        ("docs/results/ldrsp_cross.md", "table: controls/weizmann_horse"),
        ("docs/results/ldrsp_cross.md", "table: controls/lfw_parts"),
        ("docs/results/ablations.md", "ablations: parts/bibtex"),
        ("docs/results/ablations.md", "ablations: tag_readings/bibtex"),
        ("docs/results/ablations.md", "ablations: mask_readings/weizmann_horse"),
        ("docs/results/when_it_helps.md", "border: made"),
        ("docs/results/when_it_helps.md", "border: real"),
    ],
)
def test_a_generated_table_stands_on_its_page(page, mark):
    assert f"<!-- {mark} -->" in (ROOT / page).read_text()


def test_all_tables_of_the_paper_are_there_without_results(tmp_path):
    def tasks(number=None):
        return [table.layout.task for table in tables.tables_of(tmp_path, number)]

    assert tasks() == ["bibtex", "bookmarks", "weizmann_horse", "lfw_parts"]
    assert tasks(1) == ["bibtex", "bookmarks"]
    assert tasks(3) == ["lfw_parts"]


def test_a_task_that_the_paper_lacks_is_shown_when_it_has_results(result_folder):
    result_folder.write("delicious", "ldrsp", 0, {"generator": {"f1": 0.3}})
    shown = tables.tables_of(result_folder.path, 1)
    assert [table.layout.task for table in shown] == [
        *("bibtex", "delicious", "bookmarks")
    ]


@pytest.mark.parametrize("task", ["bibtex", "weizmann_horse"])
def test_tables_are_written_between_their_marks(results, task):
    text = f"before\n<!-- table: {task} -->\nold\n<!-- end -->\nafter\n"
    new = written(text, results)
    assert new.startswith(f"before\n<!-- table: {task} -->\n| method |")
    assert new.endswith("\n<!-- end -->\nafter\n")
    assert "\nold\n" not in new
    assert written(new, results) == new


@pytest.mark.parametrize(
    "mark", ["table: delicious", "table: lfw_parts", "screen: bibtex/gan/seed0"]
)
def test_a_mark_without_a_result_leaves_the_text_alone(results, mark):
    name = mark.split(": ")[1]
    with pytest.raises(UsageError, match=name):
        written(f"<!-- {mark} -->\nold\n<!-- end -->", results)


def test_a_task_without_a_table_is_refused(result_folder):
    result_folder.write("synthetic_tags", "ldrsp", 0, {"generator": {"f1": 0.3}})
    with pytest.raises(UsageError, match=r"no table of 'synthetic_tags'.*lfw_parts"):
        text = "<!-- table: synthetic_tags -->\n<!-- end -->"
        written(text, result_folder.path)


def test_a_comparison_over_data_sets_is_written_between_its_marks(result_folder):
    outputs = {"refined": {"f1": 0.46, "f1_tuned": 0.46}}
    for task in GROUPS["design"]:
        for seed in range(3):
            result_folder.write(task, "ldrsp", seed, outputs, validation=outputs)
    text = written("<!-- suite: design -->\nold\n<!-- end -->", result_folder.path)
    assert "| bibtex | 46.0 (1) |" in text
    assert "\nold\n" not in text
    with pytest.raises(UsageError, match=r"no result of these rows.*delicious"):
        written("<!-- suite: confirmation -->\n<!-- end -->", result_folder.path)


def test_a_screen_is_what_the_run_showed(results):
    text = "<!-- screen: bibtex/ldrsp/seed0 -->\n<!-- end -->"
    lines = written(text, results).splitlines()
    assert lines[1:3] == ["```text", "Chosen on validation: 3 epochs."]
    assert lines[5].split() == ["G", "40.0", "50.0", "25.0"]


def test_tensorflow_is_not_needed_to_read_files():
    code = "import sys, experiments.tables; sys.exit('tensorflow' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT).returncode == 0


def run_tables(command_line, *flags):
    return command_line.run(*flags, module="experiments.tables")


@pytest.mark.slow
def test_the_command_prints_the_table_that_is_asked_for(command_line, results):
    flags = (f"--results={results}", "--table=2")
    shown = command_line.run(*flags, module="experiments.tables", fresh=True)
    assert shown.returncode == 0, shown.stderr
    assert shown.stdout.startswith("### Table 2, Weizmann horses")
    assert "Table 3" not in shown.stdout
    claim = run_tables(command_line, f"--results={results}", "--table=claim")
    assert claim.stdout.startswith("### Claim, Bibtex")
    every = run_tables(command_line, f"--results={results}", "--format=latex")
    assert every.stdout.count(r"\begin{table}") == 4


def test_a_mistake_of_the_user_is_one_sentence(command_line, results, tmp_path):
    missing = run_tables(command_line, "--results=/no/such/folder")
    assert missing.returncode == 1
    assert missing.stderr.splitlines() == [
        "error: There is no folder /no/such/folder; name one by --results."
    ]
    (results / "bibtex/ldrsp/seed0/result.json").write_text(json.dumps([]))
    damaged = run_tables(command_line, f"--results={results}")
    assert damaged.stderr.startswith("error: ")
    assert damaged.stderr.count("\n") == 1


@pytest.mark.slow
def test_the_pages_of_a_folder_are_written(command_line, results, tmp_path):
    part = "<!-- table: bibtex -->\n<!-- end -->\n"
    readme, page = tmp_path / "README.md", tmp_path / "docs" / "results" / "tags.md"
    page.parent.mkdir(parents=True)
    readme.write_text(part)
    page.write_text(part)
    flags = (f"--results={results}", f"--docs={tmp_path}")
    refused = run_tables(command_line, *flags, "--format=csv")
    assert refused.returncode == 1
    assert "leave out --table and --format" in refused.stderr
    shown = run_tables(command_line, *flags)
    assert shown.returncode == 0
    assert shown.stdout.splitlines() == [f"Updated {readme}.", f"Updated {page}."]
    for path in (readme, page):
        assert "| LDRSP | 46.4 | **46.0** |" in path.read_text()
    assert run_tables(command_line, *flags).stdout == ""


def test_a_folder_without_pages_is_refused(command_line, results, tmp_path):
    shown = run_tables(command_line, f"--results={results}", f"--docs={tmp_path}")
    assert shown.returncode == 1
    assert shown.stderr == (
        f"error: {tmp_path} holds neither README.md nor a page of docs/; --docs names "
        "the folder that does.\n"
    )


@pytest.mark.slow
def test_missing_runs_are_done_before_the_tables_are_printed(command_line, tmp_path):
    # Data that is nowhere fails in every run, and at once.
    flags = ("--run_missing", "--table=1", "--tasks=bibtex", "--seeds=1")
    shown = run_tables(
        command_line,
        *flags,
        "--methods=gan",
        f"--runs={tmp_path / 'runs'}",
        f"--results={tmp_path / 'results'}",
        f"--manual_dir={tmp_path / 'nowhere'}",
        f"--data_dir={tmp_path / 'data'}",
    )
    assert shown.returncode == 1
    assert shown.stdout.startswith("### Table 1, Bibtex")
    first, started, failed, head, reason = shown.stderr.splitlines()
    assert first == "1 run is missing."
    assert (started.split()[1], failed.split()[1]) == ("started", "failed")
    assert head == "error: These runs failed:"
    assert reason.startswith("  bibtex/gan/seed0: ") and "nowhere" in reason


def test_a_mistake_in_what_is_to_be_run_is_one_sentence(command_line, results):
    shown = run_tables(
        command_line, "--run_missing", "--methods=cats", f"--results={results}"
    )
    assert shown.returncode == 1
    assert shown.stderr.startswith("error: There is no method 'cats'")
    assert shown.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("flags", "message"),
    [
        (("--table=1", "--docs={root}"), "leave out --table and --format"),
        (("--format=csv", "--docs={root}"), "leave out --table and --format"),
        (("--docs={empty}",), "holds neither README.md nor a page of docs/"),
        (("--table=claim", "--figure={empty}/no/a.png"), "no folder for --figure="),
        (("--figure={empty}/a.png",), "add --table=claim or controls"),
    ],
)
def test_flags_that_do_not_fit_are_refused_before_any_run(
    tmp_path, monkeypatch, flags, message
):
    monkeypatch.setattr(tables, "fill_tables", lambda *given, **more: pytest.fail())
    given = [flag.format(root=ROOT, empty=tmp_path) for flag in flags]
    with pytest.raises(SystemExit, match=message):
        tables.main(["tables", "--run_missing", f"--results={tmp_path}", *given])


def test_runs_that_fail_are_named_where_they_leave_no_row(
    tmp_path, monkeypatch, capsys
):
    def no_tables(*given):
        raise UsageError("There is no result of delicious.")

    monkeypatch.setattr(tables, "fill_tables", lambda *given, **more: ["failed"])
    monkeypatch.setattr(tables, "failure_text", lambda failures: "These failed.")
    monkeypatch.setattr(tables, "tables_of", no_tables)
    flags = ("--run_missing", "--table=1", f"--results={tmp_path}")
    with pytest.raises(SystemExit, match="There is no result of delicious"):
        tables.main(["tables", *flags])
    assert capsys.readouterr().err.startswith("These failed.")


@pytest.mark.slow
def test_tables_that_nothing_reads_end_without_a_word(results):
    command = [sys.executable, "-m", "experiments.tables", f"--results={results}"]
    process = subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    process.stdout.close()
    assert process.stderr.read() == b""
    assert process.wait() == 128 + signal.SIGPIPE


def test_what_would_be_run_is_not_named_in_vain(command_line, results):
    shown = run_tables(command_line, "--tasks=bibtex", f"--results={results}")
    assert shown.stderr == "error: --tasks needs --run_missing; add it.\n"
