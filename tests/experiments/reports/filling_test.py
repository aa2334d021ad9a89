import json
import pathlib
import re
import subprocess
import sys

import pytest

from experiments.reports.filling import Wanted, fill_tables
from experiments.tasks.recipes import RECIPES
from experiments.tasks.task import get_task
from ldrsp_tf.errors import UsageError

_ROOT = pathlib.Path(__file__).parents[3]

# Does what a run does, as far as its caller can see; seed 1 of lsgan fails.
RUN = """
import json, pathlib, sys
CONFIGS = {configs}
given = dict(flag.removeprefix("--").split("=") for flag in sys.argv[1:])
if (given["method"], given["seed"]) == ("lsgan", "1"):
    sys.exit("error: Training diverged.")
result = {"task": given["task"], "method": given["method"], "seed": int(given["seed"])}
result |= {"complete": given["method"] != "ebgan", "test": {}}
result["config"] = CONFIGS[given["method"]]
result["config"]["controls"] |= given.get("controls") == "True"
if result["config"]["controls"]:
    result["controls"] = {}
path = pathlib.Path(given["output_dir"], "result.json")
if path.exists() and json.loads(path.read_text())["config"] != result["config"]:
    sys.exit("error: It holds a run with other settings.")
path.write_text(json.dumps(result))
"""


@pytest.fixture
def configs():
    task = get_task("bibtex")
    of_tags = (None, task.config.FAMILY)
    methods = [name for name, recipe in RECIPES.items() if recipe.family in of_tags]
    return {method: task.configure(method, {}).as_dict() for method in methods}


@pytest.fixture
def fill(tmp_path, configs):
    code = RUN.replace("{configs}", repr(configs))

    def fill(**wanted):
        lines = []
        failures = fill_tables(
            tmp_path / "results",
            Wanted(**wanted),
            (sys.executable, "-c", code),
            runs=tmp_path / "runs",
            at_once=2,
            report=lines.append,
        )
        return failures, lines

    return fill


def files(folder):
    return sorted(str(p.relative_to(folder)) for p in folder.glob("*/*/*/result.json"))


def test_results_are_filed_and_failures_are_done_again(fill, tmp_path):
    wanted = {"number": 1, "tasks": ["bibtex"], "methods": ["gan", "lsgan"], "seeds": 2}
    (failure,), lines = fill(**wanted)
    assert lines[0].startswith("4 runs are missing; 2 at a time")
    assert failure.job.name == "bibtex/lsgan/seed1"
    assert failure.reason.startswith("Training diverged.")
    names = ["bibtex/gan/seed0", "bibtex/gan/seed1", "bibtex/lsgan/seed0"]
    assert files(tmp_path / "results") == [f"{name}/result.json" for name in names]
    assert fill(**wanted)[1][0].startswith("1 run is missing")


def test_nothing_is_run_where_nothing_is_missing(fill):
    wanted = {"tasks": ["bibtex"], "methods": ["gan"], "seeds": 1}
    fill(**wanted)
    assert fill(**wanted) == ([], ["No run is missing."])


def test_a_table_of_controls_makes_runs_that_were_made_without_them(
    fill, result_folder, configs
):
    result_folder.write("bibtex", "ldrsp", 0, {}, config=configs["ldrsp"])
    wanted = {"tasks": ["bibtex"], "methods": ["ldrsp"], "seeds": 1}
    assert fill(number=1, **wanted)[1] == ["No run is missing."]
    assert fill(number="controls", **wanted)[1][0].startswith("1 run is missing")


def test_runs_for_controls_are_made_beside_those_of_the_tables(fill, tmp_path):
    wanted = {"tasks": ["bibtex"], "methods": ["ldrsp", "ldrsp_cross"], "seeds": 1}
    assert fill(number=1, **wanted)[0] == []
    # The method `ldrsp_cross` measures its controls anyway.
    failures, lines = fill(number="controls", **wanted)
    assert failures == []
    assert lines[0].startswith("1 run is missing")
    result = tmp_path / "results" / "bibtex" / "ldrsp" / "seed0" / "result.json"
    assert "controls" in json.loads(result.read_text())
    assert fill(number=1, **wanted)[1] == ["No run is missing."]


def test_every_row_that_can_be_run_is_run_unless_methods_are_named(
    fill, result_folder, tmp_path
):
    result_folder.write("bibtex", "own", 0, {})
    fill(tasks=["bibtex"], seeds=1)
    filled = [name.split("/")[1] for name in files(tmp_path / "results")]
    assert {"baseline", "dvn", "ldrsp_plus", "nn_baseline", "prlr"} <= set(filled)


def test_an_incomplete_result_is_no_result(fill, result_folder):
    result_folder.write("bibtex", "gan", 0, {}, complete=False)
    wanted = {"tasks": ["bibtex"], "methods": ["gan", "ebgan"], "seeds": 1}
    (failure,), lines = fill(**wanted)
    assert lines[0].startswith("2 runs are missing")
    assert re.search(r"without a complete .*ebgan", failure.reason)
    assert fill(**wanted)[1][0].startswith("1 run is missing")


def test_results_of_other_settings_are_refused_before_anything_runs(
    fill, result_folder, tmp_path
):
    config = get_task("bibtex").configure("gan", {}).as_dict()
    wanted = {"tasks": ["bibtex"], "methods": ["gan"], "seeds": 2}
    result_folder.write("bibtex", "gan", 0, {}, config={**config, "epochs": 7})
    with pytest.raises(UsageError, match=r"bibtex/gan .*\(epochs\)"):
        fill(**wanted)
    assert not (tmp_path / "runs").exists()
    # As a file has it: lists for tuples.
    as_written = json.loads(json.dumps(config))
    result_folder.write("bibtex", "gan", 0, {}, config=as_written)
    assert fill(**wanted)[1][0].startswith("1 run is missing")


_TWICE = """
import pathlib, sys
from experiments.reports.filling import Wanted, fill_tables
folder = pathlib.Path(sys.argv[1])
failures = fill_tables(
    folder / "results",
    Wanted(tasks=["bibtex"], methods=["gan", "dvn"], seeds=2),
    (sys.executable, sys.argv[2]),
    runs=folder / "runs",
    at_once=1,
    report=lambda line: print(line, flush=True),
)
sys.exit(str(failures) if failures else 0)
"""

# A second one in the folder of a run that is at work would fail.
_ALONE = """
folder = pathlib.Path(given["output_dir"])
(folder / "at_work").mkdir()
import time
time.sleep(0.5)
(folder / "at_work").rmdir()
"""


@pytest.mark.slow
def test_two_commands_at_once_both_end_well(tmp_path, configs):
    code = tmp_path / "run.py"
    code.write_text(RUN.replace("{configs}", repr(configs)) + _ALONE)
    command = [sys.executable, "-c", _TWICE, str(tmp_path), str(code)]
    both = [
        subprocess.Popen(command, cwd=_ROOT, stdout=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    shown = [process.communicate()[0] for process in both]
    assert [process.returncode for process in both] == [0, 0], shown
    assert any("waits" in text for text in shown)
    assert len(files(tmp_path / "results")) == 4


@pytest.mark.parametrize(
    ("wanted", "message"),
    [
        ({"methods": ["cats"]}, "no method 'cats'.*wgan_gp"),
        ({"tasks": ["synthetic_tags"]}, "'synthetic_tags' is no task.*bibtex"),
        ({"number": 2, "tasks": ["bibtex"]}, "'bibtex' is no task.*weizmann_horse"),
    ],
)
def test_unknown_names_are_refused_with_the_known_ones(fill, wanted, message):
    with pytest.raises(UsageError, match=message):
        fill(**wanted)
