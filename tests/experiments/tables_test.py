import json
import pathlib

import pytest

from experiments import tables
from ldrsp_tf.errors import UsageError

ROOT = pathlib.Path(__file__).parents[2]


def write_result(folder, method, seed, generator, refined=None):
    test = {"generator": {"f1": generator, "f1_tuned": 0.5, "f1_plugin": 0.25}}
    if refined is not None:
        test["refined"] = {"f1": refined, "f1_tuned": refined}
    path = folder / "bibtex" / method / f"seed{seed}" / "result.json"
    path.parent.mkdir(parents=True)
    path.write_text(json.dumps({"test": test}))


@pytest.fixture
def results(tmp_path):
    write_result(tmp_path, "ldrsp", 0, 0.40, 0.46)
    write_result(tmp_path, "ldrsp", 1, 0.42, 0.47)
    write_result(tmp_path, "own", 0, 0.3)
    return tmp_path


def test_the_readme_tells_what_the_results_say():
    readme = (ROOT / "README.md").read_text()
    assert "<!-- table: bibtex -->" in readme
    assert tables.write_tables(readme, ROOT / "results") == readme, (
        "run: python -m experiments.tables --readme=README.md"
    )


def test_a_row_has_paper_mean_deviation_and_seeds(results):
    published = {"ldrsp": {"generator": 42.8, "refined": 46.4}}
    table = tables.tag_table(tables.load_results(results, "bibtex"), published)
    # Standard deviation of (40, 42): sqrt(2) = 1.41; of (46, 47): 0.71.
    assert table.splitlines()[2:] == [
        "| SPM (LDRSP) | 42.8 | 41.0 ± 1.4 | 50.0 ± 0.0 | 25.0 ± 0.0 | 2 |",
        "| LDRSP | 46.4 | 46.5 ± 0.7 | 46.5 ± 0.7 | - | 2 |",
        "| own | - | 30.0 | 50.0 | 25.0 | 1 |",
    ]


def test_what_nobody_ran_is_not_measured():
    table = tables.tag_table({}, {"prlr": {"generator": 44.2}})
    assert table.splitlines()[2:] == ["| PRLR | 44.2 | - | - | - | not measured |"]


def test_tables_are_written_between_their_marks(results):
    text = "before\n<!-- table: bibtex -->\nold\n<!-- end -->\nafter\n"
    written = tables.write_tables(text, results)
    assert written.startswith("before\n<!-- table: bibtex -->\n| method |")
    assert written.endswith("\n<!-- end -->\nafter\n")
    assert "old" not in written
    assert tables.write_tables(written, results) == written


def test_runs_with_different_settings_are_not_averaged(results):
    for seed, epochs in ((5, 10), (6, 20)):
        path = results / "bibtex" / "ldrsp" / f"seed{seed}" / "result.json"
        path.parent.mkdir()
        config = {"seed": seed, "epochs": epochs}
        path.write_text(json.dumps({"test": {}, "config": config}))
    with pytest.raises(UsageError, match="bibtex/ldrsp"):
        tables.load_results(results, "bibtex")


@pytest.mark.parametrize("mark", ["table: delicious", "screen: bibtex/gan/seed0"])
def test_a_mark_without_a_result_leaves_the_text_alone(results, mark):
    name = mark.split(": ")[1]
    with pytest.raises(UsageError, match=name):
        tables.write_tables(f"<!-- {mark} -->\nold\n<!-- end -->", results)


def test_a_screen_is_what_the_run_showed(results):
    path = results / "bibtex" / "ldrsp" / "seed0" / "result.json"
    result = {**json.loads(path.read_text()), "selected": {"epochs": 3}}
    path.write_text(json.dumps(result))
    text = "<!-- screen: bibtex/ldrsp/seed0 -->\n<!-- end -->"
    lines = tables.write_tables(text, results).splitlines()
    assert lines[1:3] == ["```text", "Chosen on validation: 3 epochs."]
    assert lines[5].split() == ["G", "40.0", "50.0", "25.0"]
