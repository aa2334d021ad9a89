import pathlib
import re

from experiments.border.plan import ROWS, WIDTHS
from experiments.border.table import measured_cells

_ROOT = pathlib.Path(__file__).parents[3]


def test_the_sentences_for_users_have_the_committed_figures():
    page = (_ROOT / "docs" / "results" / "when_it_helps.md").read_text()
    text = re.sub(r"\s+", " ", page.split("## Made tags")[0])
    measured = measured_cells(_ROOT / "results")
    walks: dict[bool, list[float]] = {True: [], False: []}
    for cell, gains in measured:
        is_short = cell.width == WIDTHS[0] or cell.rows == ROWS[0]
        walks[is_short].append(gains.gains["refined"].mean)
    assert f"{min(walks[True]):.1f} to {max(walks[True]):.1f} points of F1" in text
    assert f"{-max(walks[False]):.1f} to {-min(walks[False]):.1f} *below*" in text
    loss = -min(gains.gains["auto"].mean for _, gains in measured)
    assert f"at most {loss:.1f} points below" in text
