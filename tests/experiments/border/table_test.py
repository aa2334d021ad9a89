import json

import pytest

from experiments.border.plan import CELLS, SHAPE_CELLS, STRUCTURES, TASK
from experiments.border.table import border_table
from ldrsp_tf.errors import UsageError

_STRONG = next(cell for cell in CELLS if cell.structure == STRUCTURES[2])


def _describe(results, name, **figures):
    path = results / "border" / "data.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({name: figures}))


def test_a_cell_is_shown_with_its_gains_and_the_rest_is_named(write_auto):
    results = write_auto(_STRONG.folder, 0, own=0.39, refined=0.42)
    name = f"{TASK}/{_STRONG.folder}"
    sizes = {"rows": 250, "labels": 152, "cardinality": 9.0, "association": 0.9}
    _describe(results, name, **sizes, perfect_f1=61.04, room=1.24)
    table, gaps = border_table(results, "made").split("\n\n")
    assert table.splitlines()[2:] == [
        "| strong | 64 | 250 | 61.0 | 1.2 | 40.0, plug-in | -1.0 | -1.0 | -1.0 | +2.0 "
        "| +2.0 | refined 1 | 1 |"
    ]
    assert gaps.startswith("Planned and not run: none, ")
    assert "strong, 64 units, 250 rows" not in gaps


def test_an_interval_without_0_has_a_star(write_auto):
    for seed, refined in enumerate((0.42, 0.43, 0.44)):
        results = write_auto(_STRONG.folder, seed, own=0.39, refined=refined)
    table = border_table(results, "made")
    assert "| -1.0 [-1.0, -1.0]* |" in table
    # The deviation of 2, 3 and 4 is 1: 4.303 / sqrt(3).
    assert "| +3.0 [+0.5, +5.5]* |" in table


def test_shapes_are_shown_by_their_mean_iou(write_shapes):
    cell = SHAPE_CELLS[2]
    for seed, refined in enumerate((0.62, 0.64)):
        results = write_shapes(cell.folder, seed, own=0.59, refined=refined)
    table, gaps = border_table(results, "shapes").split("\n\n")
    head, _, row = table.splitlines()
    assert head.startswith(
        "| occlusion | rows | ensemble of G, mean IOU | D's prediction |"
    )
    # The half-width of 2 and 4 points is 12.706 times 1.
    assert row == (
        "| 0.5 | 60 | 60.0 ± 0.0 | -1.0 [-1.0, -1.0]* | -1.0 [-1.0, -1.0]* "
        "| -1.0 [-1.0, -1.0]* | +3.0 [-9.7, +15.7] | +3.0 [-9.7, +15.7] "
        "| refined 2 | 2 |"
    )
    assert gaps.startswith("Planned and not run: occlusion 0, 60 rows; ")
    assert "occlusion 0.5, 60 rows" not in gaps


def test_real_sets_are_shown_as_far_as_they_have_results(write_auto):
    results = write_auto("auto", 0, own=0.41, refined=0.4, task="mulan/emotions")
    sizes = {"rows": 391, "labels": 6, "cardinality": 1.87, "association": 0.31}
    _describe(results, "mulan/emotions", **sizes)
    table, gaps = border_table(results, "real").split("\n\n")
    (row,) = table.splitlines()[2:]
    assert row.startswith(
        "| mulan/emotions | 391 | 6 | 1.9 | 0.31 | 40.0, plug-in | +1.0 |"
    )
    assert gaps.startswith("Without results of `auto`: mulan/scene; ")


def test_a_folder_without_results_has_no_table(tmp_path):
    assert border_table(tmp_path, "real").startswith("Without results of `auto`: ")
    for made in ("made", "shapes"):
        assert border_table(tmp_path, made).startswith("Planned and not run: ")


def test_an_unknown_table_is_refused(tmp_path):
    with pytest.raises(UsageError, match="no table of the border 'all'"):
        border_table(tmp_path, "all")


def test_a_damaged_description_is_one_sentence(write_auto):
    results = write_auto(_STRONG.folder, 0, own=0.39, refined=0.42)
    _describe(results, "a", lines=3)
    with pytest.raises(UsageError, match=r"data\.json is damaged .*--describe"):
        border_table(results, "made")
