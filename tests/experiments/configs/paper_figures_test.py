from experiments.configs.paper_figures import RECONSTRUCTED, TABLE_1, TABLE_2, TABLE_3
from experiments.summaries.labels import TITLES
from experiments.tasks.recipes import RECIPES


def test_ldrsp_has_the_figures_of_the_paper():
    assert TABLE_1["bibtex"]["ldrsp"] == {"generator": 42.8, "refined": 46.4}
    assert TABLE_1["bookmarks"]["ldrsp"] == {"generator": 37.2, "refined": 38.3}
    assert TABLE_2["mean_iou"]["ldrsp"] == {"generator": 81.3, "refined": 85.5}
    assert TABLE_2["global_iou"]["ldrsp"] == {"generator": 81.3, "refined": 85.4}
    assert TABLE_3["ldrsp"] == {"generator": 95.87, "refined": 96.47}


def test_gains_that_the_text_of_the_paper_names():
    def gain(figures):
        return round(figures["refined"] - figures["generator"], 2)

    assert gain(TABLE_1["bibtex"]["ldrsp"]) == 3.6
    assert gain(TABLE_1["bookmarks"]["ldrsp"]) == 1.1
    assert gain(TABLE_1["bookmarks"]["ebgan"]) == 0.2
    assert gain(TABLE_1["bibtex"]["lsgan"]) == -0.1
    assert gain(TABLE_2["mean_iou"]["ldrsp"]) == 4.2
    assert gain(TABLE_2["global_iou"]["ldrsp"]) == 4.1
    baseline = TABLE_3["baseline"]["generator"]
    assert round(baseline - TABLE_3["dvn"]["refined"], 2) == 2.92
    assert round(TABLE_3["ldrsp"]["refined"] - baseline, 2) == 1.11


def test_both_ious_have_the_same_methods_but_chopps():
    mean, overall = TABLE_2["mean_iou"], TABLE_2["global_iou"]
    assert [method for method in mean if method != "chopps"] == list(overall)
    assert all(set(mean[method]) == set(overall[method]) for method in overall)


def test_every_method_has_a_title():
    published = {*TABLE_1["bibtex"], *TABLE_2["mean_iou"], *TABLE_3}
    # The baseline goes by its network's name.
    assert published - {"baseline"} <= set(TITLES)
    assert set(RECONSTRUCTED) <= published


def test_every_published_method_can_be_run():
    published = {*TABLE_1["bibtex"], *TABLE_1["bookmarks"], *TABLE_3}
    published |= {*TABLE_2["mean_iou"], *TABLE_2["global_iou"]}
    assert published <= set(RECIPES)
