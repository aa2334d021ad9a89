import pathlib

import pytest

from benchmarks.kill_trials.kill import NEW, OLD, RESUMED, WRONG, Kill
from benchmarks.kill_trials.report import (
    PARTS,
    as_content,
    kill_makers,
    kills_line,
    kills_table,
    merged,
)
from experiments.reports.pages import replace_parts
from experiments.summaries.result_file import read_json
from ldrsp_tf.errors import UsageError

_ROOT = pathlib.Path(__file__).parents[3]
_KILLS = [
    Kill("ldrsp tags", "selection", "SIGKILL", RESUMED),
    Kill("ldrsp tags", "selection", "SIGTERM", RESUMED),
    Kill("ldrsp tags", "test", "SIGKILL", WRONG, "a folder: why"),
    Kill("export", "writes", "SIGKILL", OLD),
    Kill("export", "writes", "SIGKILL", NEW),
]


def test_the_table_counts_by_stage():
    rows = kills_table(as_content(_KILLS, 3, 1.25)).splitlines()
    assert rows[2:] == [
        "| export | writes | 2 | - | 1 | 1 | - |",
        "| ldrsp tags | selection | 2 | 2 | - | - | - |",
        "| ldrsp tags | test | 1 | - | - | - | 1 |",
        "| all |  | 5 | 2 | 1 | 1 | 1 |",
    ]


def test_kills_are_added_to_those_of_before():
    first, second = as_content(_KILLS[:2], 3, 1.0), as_content(_KILLS[1:], 4, 2.5)
    both = merged(merged(None, first), second)
    assert kills_line(both) == (
        "6 kills (4 by SIGKILL, 2 by SIGTERM) in 4 minutes; seeds of the moments: 3, 4."
    )
    assert "| ldrsp tags | selection | 3 | 3 |" in kills_table(both)
    with pytest.raises(UsageError, match="--seed=3 already"):
        merged(both, first)


@pytest.mark.parametrize("name", PARTS)
def test_the_page_shows_the_kills(name):
    content = read_json(_ROOT / "results" / "kills.json")
    page = (_ROOT / "docs" / "reliability.md").read_text()
    assert f"<!-- kills: {name} -->" in page
    made = replace_parts(page, kill_makers(content))
    assert made == page, "run: python -m benchmarks.tables --docs=."


def test_no_committed_kill_is_wrong():
    content = read_json(_ROOT / "results" / "kills.json")
    assert {kill["outcome"] for kill in content["kills"]} <= {RESUMED, OLD, NEW}
