import pytest

from experiments.reports.layouts import LAYOUTS, layout_of
from experiments.reports.rows import build_table, row_folders


def image_results(*pairs, **more):
    """Results with (G's, refined) mean IOU, and the same global IOU."""
    return [
        {
            "test": {
                "generator": {"mean_iou": g, "global_iou": g, **more},
                "refined": {"mean_iou": r, "global_iou": r, **more},
            }
        }
        for g, r in pairs
    ]


def headings(table):
    return [column.heading for column in table.columns]


def cell(table, label, heading):
    row = next(row for row in table.rows if row.label == label)
    return row.cells[headings(table).index(heading)]


def test_the_papers_methods_come_first_then_ours_then_other_networks():
    results = {
        "ldrsp_plus-unet": image_results((0.8, 0.9)),
        "own": image_results((0.8, 0.9)),
        "baseline-unet": [{"test": {"generator": {"mean_iou": 0.8}}}],
    }
    table = build_table(layout_of("weizmann_horse"), results)
    labels = [row.label for row in table.rows]
    assert labels[:4] == ["CHOPPS", "DVN, D = FCN", "FCN baseline", "FCN (GAN)"]
    assert labels[-9:] == [
        *("FCN (LDRSP)", "LDRSP", "FCN (LDRSP+)", "LDRSP+", "FCN (own)", "own"),
        *("U-Net baseline", "U-Net (LDRSP+)", "LDRSP+, G = U-Net"),
    ]


def test_each_metric_stands_beside_the_papers_figure():
    results = {"ldrsp": image_results((0.80, 0.85), (0.82, 0.87))}
    table = build_table(layout_of("weizmann_horse"), results)
    assert headings(table) == [
        *("mean IOU, paper", "mean IOU", "global IOU, paper", "global IOU"),
        "gain in mean IOU",
    ]
    assert cell(table, "LDRSP", "mean IOU, paper").mean == 85.5
    assert cell(table, "LDRSP", "global IOU, paper").mean == 85.4
    assert cell(table, "FCN (LDRSP)", "mean IOU").mean == pytest.approx(81)
    assert cell(table, "CHOPPS", "global IOU, paper") is None


def test_the_gain_is_paired_and_stands_in_the_refined_row():
    results = {"ldrsp": image_results((0.80, 0.85), (0.90, 0.95))}
    table = build_table(layout_of("weizmann_horse"), results)
    gain = cell(table, "LDRSP", "gain in mean IOU")
    assert (gain.mean, gain.deviation) == pytest.approx((5.0, 0.0), abs=1e-9)
    assert cell(table, "FCN (LDRSP)", "gain in mean IOU") is None


def test_tags_gain_over_both_decoders_of_the_generator():
    test = {
        "generator": {"f1": 0.40, "f1_tuned": 0.44, "f1_plugin": 0.47},
        "refined": {"f1": 0.46, "f1_tuned": 0.461},
    }
    table = build_table(layout_of("bibtex"), {"ldrsp": [{"test": test}]})
    assert cell(table, "LDRSP", "gain over G tuned").mean == pytest.approx(2)
    assert cell(table, "LDRSP", "gain over G plug-in").mean == pytest.approx(-1)


def test_a_refined_row_without_a_generator_has_no_gain():
    results = {"dvn": [{"test": {"refined": {"mean_iou": 0.8, "global_iou": 0.8}}}]}
    table = build_table(layout_of("weizmann_horse"), results)
    assert cell(table, "DVN, D = FCN", "mean IOU").mean == pytest.approx(80)
    assert "gain in mean IOU" not in headings(table)


@pytest.mark.parametrize(
    ("metrics", "columns"),
    [
        ([], []),
        (["pixel_accuracy"], ["pixel accuracy at 32x32"]),
        (
            ["pixel_accuracy", "superpixel_accuracy_slic"],
            [
                *("superpixel accuracy (SLIC proxy)", "pixel accuracy at 32x32"),
                "gain in superpixel accuracy (SLIC proxy)",
            ],
        ),
        (
            ["superpixel_accuracy"],
            ["superpixel accuracy", "gain in superpixel accuracy"],
        ),
    ],
)
def test_columns_that_no_row_fills_are_left_out(metrics, columns):
    values = dict.fromkeys(metrics, 0.9)
    results = {"ldrsp": [{"test": {"generator": values, "refined": values}}]}
    table = build_table(layout_of("lfw_parts"), results if metrics else {})
    assert headings(table) == ["superpixel accuracy, paper", *columns]
    assert all(len(row.cells) == len(table.columns) for row in table.rows)


def test_the_status_of_a_row_is_why_it_has_no_figures():
    results = {"ldrsp": image_results((0.80, 0.85), (0.82, 0.87))}
    table = build_table(layout_of("weizmann_horse"), results)
    status = {row.label: row.status for row in table.rows}
    assert status["CHOPPS"] == status["DVN, D = FCN"] == "not measured"
    assert status["LDRSP+"] == "not measured"
    assert status["LDRSP"] == "2"


def test_the_best_of_our_rows_is_as_good_as_it_is_shown():
    results = {
        "gan": image_results((0.70, 0.8501)),
        "ldrsp": image_results((0.71, 0.8502)),
    }
    table = build_table(layout_of("weizmann_horse"), results)
    column = headings(table).index("mean IOU")
    best = [row.label for row in table.rows if table.is_best(row, column)]
    assert best == ["GAN", "LDRSP"]
    paper = headings(table).index("mean IOU, paper")
    assert not any(table.is_best(row, paper) for row in table.rows)


def test_a_task_that_the_paper_does_not_have_has_no_paper_column():
    results = {"ldrsp": [{"test": {"generator": {"f1": 0.3}}}]}
    table = build_table(layout_of("delicious"), results)
    assert headings(table) == ["F1 at 0.5"]


def test_layouts_have_names_of_their_own():
    assert len({layout.name for layout in LAYOUTS}) == len(LAYOUTS)
    assert layout_of("cats") is None


def test_a_task_that_is_not_the_papers_has_the_order_of_table_1():
    results = {"ldrsp": [], "own": [], "gan": [], "baseline": [], "dvn": []}
    assert row_folders(layout_of("delicious"), results) == [
        *("dvn", "baseline", "gan", "ldrsp", "ldrsp_plus", "own")
    ]


def _with_controls(refined, own, average):
    def f1(value):
        return {"f1": value - 0.05, "f1_tuned": value - 0.01, "f1_plugin": value}

    return {
        "test": {"generator": f1(0.4), "refined": {"f1": refined, "f1_tuned": refined}},
        "controls": {"own": f1(own), "average": f1(average)},
    }


def test_controls_stand_beside_the_refined_output_with_its_gain_over_them():
    results = {
        "gan": [_with_controls(0.3, 0.3, 0.3)],
        "ldrsp_cross": [
            _with_controls(0.50, 0.45, 0.49),
            _with_controls(0.52, 0.46, 0.49),
        ],
    }
    table = build_table(layout_of("controls/bibtex"), results)
    title = "LDRSP+ cross-fitted"
    assert {row.label for row in table.rows} == {
        f"SPM ({title})",
        f"D's own prediction ({title})",
        f"mean of G and D's prediction ({title})",
        title,
    }
    gain = "gain of refined over plug-in"
    assert cell(table, f"D's own prediction ({title})", gain).mean == pytest.approx(5.5)
    average = f"mean of G and D's prediction ({title})"
    assert cell(table, average, gain).mean == pytest.approx(2.0)
    assert cell(table, average, "tuned").mean == pytest.approx(48.0)
    assert cell(table, title, gain) is None


def test_tables_of_methods_leave_the_controls_out():
    results = {"ldrsp_cross": [_with_controls(0.50, 0.45, 0.49)]}
    table = build_table(layout_of("bibtex"), results)
    assert not any("prediction" in row.label for row in table.rows)
