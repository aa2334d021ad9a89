from experiments.reports.layouts import SUMMARY
from experiments.reports.summary import summary_table


def tags(generator, refined, **controls):
    rows = {
        "generator": {"f1": 0.1, "f1_tuned": 0.2, "f1_plugin": generator},
        "refined": {"f1": refined, "f1_tuned": 0.9},
    }
    controls = {row: {"f1_plugin": value} for row, value in controls.items()}
    return {"test": rows, "controls": controls}


def masks(value):
    return {"test": {"generator": {"mean_iou": value}}}


FOUND = {
    "bibtex": {
        "ldrsp": [tags(0.48, 0.46), tags(0.50, 0.48)],
        "ldrsp_cross": [tags(0.50, 0.51, own=0.51, average=0.52)],
    },
    "weizmann_horse": {"baseline": [masks(0.82)], "baseline-unet": [masks(0.87)]},
    "lfw_parts": {
        "baseline-unet": [{"test": {"generator": {"superpixel_accuracy_slic": 0.96}}}]
    },
}


def cells():
    table = summary_table(SUMMARY, lambda task: FOUND.get(task, {})).split("\n\n")[0]
    rows = [line.strip("| ").split(" | ") for line in table.splitlines()[2:]]
    return {row[0]: row[1:] for row in rows}


def test_a_method_has_its_best_decoder_and_an_untuned_refined_output():
    rows = cells()
    assert rows["LDRSP: G"][0] == "49.0 ± 1.4"
    assert rows["LDRSP: refined"][0] == "47.0 ± 1.4"
    assert rows["LDRSP+ cross-fitted: refined"] == ["51.0", *5 * "-"]


def test_the_paper_stands_where_it_is_comparable():
    assert cells()["LDRSP, the paper's figure"] == ["46.4", "-", "85.5", *3 * "-"]


def test_the_best_control_is_of_the_same_networks_and_never_refined():
    assert cells()["best control without refinement"] == [
        "52.0 (mean of G and D's prediction)",
        "-",
        "82.0 (G of baseline)",
        "87.0 (G of baseline)",
        "-",
        "96.0 (G of baseline)",
    ]
