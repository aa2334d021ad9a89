import numpy as np
import pytest

from experiments.suite.rows import ROWS, choose_rows
from experiments.suite.scores import collect_scores
from ldrsp_tf.errors import UsageError

TASKS = ("mulan/emotions", "mulan/scene", "bibtex")


def collect(results, seeds=2, methods=("baseline", "ldrsp", "auto"), tasks=TASKS):
    return collect_scores(results.path, tasks, choose_rows(methods=methods), seeds)


def test_figures_are_percents_of_each_seed(suite_results):
    scores = collect(suite_results)
    assert scores.complete == list(TASKS)
    assert scores.figures.shape == (3, 3, 2)
    np.testing.assert_allclose(scores.figures[0], [[60, 62], [50, 52], [61, 63]])
    np.testing.assert_allclose(scores.figures[2, :, 0], [40, 30, 40])


def test_seeds_beyond_those_asked_for_are_ignored(suite_results):
    assert collect(suite_results, seeds=1).figures.shape == (3, 3, 1)


def test_a_data_set_that_lacks_a_seed_of_a_row_is_not_complete(suite_results):
    (suite_results.path / "bibtex/ldrsp/seed1/result.json").unlink()
    scores = collect(suite_results)
    assert scores.complete == ["mulan/emotions", "mulan/scene"]
    assert scores.gaps("bibtex") == {"ldrsp": [1]}
    assert scores.by_seed["bibtex"][1] == (pytest.approx(30), None)


def test_a_row_without_any_result_is_left_out(suite_results):
    scores = collect(suite_results, methods=("baseline", "ldrsp_plus", "auto"))
    assert [row.name for row in scores.rows] == ["baseline", "auto"]
    of_auto = [row.name for row in ROWS if row.folder == "auto"]
    # All parts but one were not written.
    assert [row.name for row in scores.unmeasured] == ["ldrsp_plus", *of_auto[:-1]]
    assert scores.figures.shape == (3, 2, 2)


def test_no_complete_data_set_leaves_no_figures(suite_results):
    scores = collect(suite_results, seeds=3)
    assert scores.complete == []
    assert scores.figures.shape == (0, 3, 3)


def test_no_result_at_all_is_refused(suite_results):
    with pytest.raises(UsageError, match="no result of these rows on delicious"):
        collect(suite_results, tasks=("delicious",))


def test_the_reference_is_the_last_row_or_one_by_name(suite_results):
    scores = collect(suite_results)
    assert scores.position(None) == 2
    assert scores.position("ldrsp") == 1
    with pytest.raises(UsageError, match=r"'ldrsp_cross'.*baseline, ldrsp, auto"):
        scores.position("ldrsp_cross")
