import pytest

from experiments.suite.groups import GROUPS
from experiments.suite.report import group_report, suite_report
from experiments.suite.rows import choose_rows
from experiments.suite.scores import collect_scores
from ldrsp_tf.errors import UsageError

TASKS = ("mulan/emotions", "mulan/scene", "bibtex", "delicious")


@pytest.fixture
def report(suite_results):
    def report(tasks=TASKS, seeds=2, reference=None, methods=None):
        rows = choose_rows(methods=methods)
        scores = collect_scores(suite_results.path, tasks, rows, seeds)
        return suite_report(scores, reference)

    return report


def test_the_table_has_means_ranks_and_average_ranks(report):
    lines = report().splitlines()
    assert lines[0] == "| data set | plain MLP | LDRSP | auto |"
    # Ranks: 2 3 1, 3 2 1 and 1.5 3 1.5.
    assert lines[2:6] == [
        "| mulan/emotions | 61.0 (2) | 51.0 (3) | 62.0 (1) |",
        "| mulan/scene | 71.0 (3) | 72.0 (2) | 73.0 (1) |",
        "| bibtex | 41.0 (1.5) | 31.0 (3) | 41.0 (1.5) |",
        "| average rank | 2.17 | 2.67 | 1.17 |",
    ]


def test_the_tests_are_those_of_the_ranks(report):
    text = report()
    # 12 x 3 / 12 x (13^2 + 16^2 + 7^2) / 6^2 - 3 x 3 x 4 = 474 / 12 - 36 = 3.5.
    assert "3 rows on 3 data sets: chi-square 3.50 with 2 degrees of freedom" in text
    # 2 x 3.5 / (6 - 3.5) = 2.8.
    assert "F 2.80 with 2 and 4" in text
    # 2.3437 x sqrt(12 / 18).
    assert "critical difference at 0.05 is 1.91 ranks" in text


def test_the_reference_is_compared_with_every_other_row(report):
    text = report()
    # Differences 1, 2 and 0: the zero has rank 1, half of it on each side.
    assert "| plain MLP | +1.00 | 2/1/0 | 5.5 | 0.5 | 0.5 | 0.5 |" in text
    assert "| LDRSP | +7.33 | 3/0/0 | 6 | 0 | 0.25 | 0.5 |" in text
    assert "3 data sets and 2 tests no corrected p can be below 0.5" in text
    other = report(reference="baseline")
    assert "| plain MLP against |" in other
    # 10, -1 and 10: the sums up to 1 are {} and {1}, p = 4 / 8, and twice that by Holm.
    assert "| auto | -1.00 | 0/1/2 | 0.5 | 5.5 | 0.5 | 1 |" in other


def test_the_reference_stands_beside_the_best_control(report):
    text = report()
    # 72 - 90 and 74 - 90: validation rows chose the tuned threshold, a bound does not.
    line = "| mulan/scene | plain MLP, plug-in | 90.0 | 73.0 | -17.0 [-29.7, -4.3] |"
    assert line in text
    assert "best control" not in report(methods=["ldrsp", "auto"])


def test_a_sentence_names_all_that_is_missing(report, suite_results):
    (suite_results.path / "bibtex/ldrsp/seed1/result.json").unlink()
    text = report(methods=["baseline", "ldrsp", "ldrsp_plus", "auto"])
    assert "No data set has a result of `ldrsp_plus`; the row is left out." in text
    assert "No row has a result on delicious." in text
    assert (
        "bibtex is left out of ranks and tests: it lacks results of `ldrsp` (seed 1)."
    ) in text
    assert "| bibtex | 41.0 | - | 41.0 |" in text
    assert "on 2 data sets" in text


def test_two_rows_that_all_data_sets_rank_alike_have_no_p_of_f(report):
    text = report(tasks=["mulan/emotions", "bibtex"], methods=["baseline", "ldrsp"])
    # 12 x 2 / 6 x (1 + 4) - 3 x 2 x 3.
    assert "chi-square 2.00 with 1 degree of freedom, p 0.16" in text
    assert "F is infinite, since all data sets rank the rows alike." in text
    assert "With 2 data sets and 1 test no corrected p" in text


def test_one_data_set_has_no_tests(report):
    text = report(tasks=["bibtex"])
    assert "There are no tests" in text
    assert "Friedman" not in text and "Wilcoxon" not in text


def test_no_complete_data_set_has_no_ranks(report):
    text = report(seeds=3)
    assert "average rank" not in text
    assert "| mulan/scene | - | - | - |" in text
    assert "There are no tests" in text


def test_one_seed_has_no_interval(report):
    text = report(seeds=1)
    assert "of seed 0;" in text
    assert "| mulan/scene | plain MLP, plug-in | 90.0 | 72.0 | -18.0 |" in text


@pytest.fixture
def whole_group(result_folder):
    """Three seeds of a plain network and of auto on all sets, and LDRSP on one."""
    for task in GROUPS["design"]:
        for seed in range(3):
            outputs = {"generator": {"f1_tuned": 0.5, "f1_plugin": 0.4}}
            result_folder.write(task, "baseline", seed, outputs, validation=outputs)
            result_folder.write(task, "auto", seed, {"decided": {"f1": 0.6}})
    refined = {"refined": {"f1": 0.7, "f1_tuned": 0.7}}
    result_folder.write("bibtex", "ldrsp", 0, refined, validation=refined)
    return result_folder


def test_a_page_shows_the_rows_with_results_on_all_of_a_group(whole_group):
    text = group_report(whole_group.path, "design")
    assert text.startswith("| data set | plain MLP | auto |")
    assert "| plain MLP | +10.00 | 7/0/0 |" in text
    assert (
        "Left out, since they lack results on some of these data sets: LDRSP," in text
    )


def test_a_page_needs_a_group_with_results(suite_results):
    with pytest.raises(
        UsageError, match=r"no group 'mulan'.*design, confirmation, all"
    ):
        group_report(suite_results.path, "mulan")
    with pytest.raises(UsageError, match="no result of these rows"):
        group_report(suite_results.path, "confirmation")
    with pytest.raises(UsageError, match="No row has results on all data sets of 'd"):
        group_report(suite_results.path, "design")
