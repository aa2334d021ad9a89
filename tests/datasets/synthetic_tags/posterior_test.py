import numpy as np
import pytest

from datasets.synthetic_tags import generative_model as model
from datasets.synthetic_tags import structure
from datasets.synthetic_tags.posterior import posterior, tag_sets


def test_the_sets_are_all_that_a_row_can_have():
    sets, prior = tag_sets()
    # One topic has 3 states of each of 2 groups; two topics have as many each.
    assert len(sets) == 8 * 9 + 28 * 81 == len(np.unique(sets, axis=0))
    assert prior.sum() == pytest.approx(1)
    known = {row.tobytes() for row in sets}
    rows = model.generate()["test"].tags.astype(np.int64)
    assert {row.tobytes() for row in rows} <= known


def test_the_prior_has_the_frequencies_of_the_constants():
    sets, prior = tag_sets()
    tags = (prior @ sets).reshape(8, 5)
    # 1.4 topics a row, of 8; a specific tag is one of two in a group used by 0.6.
    np.testing.assert_allclose(tags[:, 0], 1.4 / 8)
    np.testing.assert_allclose(tags[:, 1:], 1.4 / 8 * 0.6 / 2)
    topics = sets.reshape(-1, 8, 5)[:, :, 0]
    together = topics.T @ (prior[:, None] * topics)
    assert together[0, 1] == pytest.approx(0.4 * 0.6 / 4)
    assert together[0, 2] == pytest.approx(0.4 * 0.4 / 24)


def test_a_word_moves_the_posterior_by_the_rule_of_bayes():
    word_tags = np.zeros([1, structure.NUM_TAGS], np.uint8)
    word_tags[0, [0, 5]] = 1
    sets, found = posterior(np.array([[1], [0]]), word_tags, evidence=0.5)
    _, prior = tag_sets()
    absent = 0.96 * 0.5 ** sets[:, [0, 5]].sum(axis=1)
    for row, likelihood in zip(found, (1 - absent, absent)):
        np.testing.assert_allclose(row, prior * likelihood / (prior @ likelihood))


def test_a_word_of_a_certain_tag_cannot_be_absent():
    word_tags = np.zeros([1, structure.NUM_TAGS], np.uint8)
    word_tags[0, [0, 5]] = 1
    sets, found = posterior(np.array([[0]]), word_tags, evidence=1.0)
    assert np.isfinite(found).all()
    assert (found @ sets)[0, [0, 5]].max() < 1e-9


def test_the_posterior_is_calibrated():
    test = model.generate()["test"]
    sets, found = posterior(test.words, model.word_evidence(), model.EVIDENCE)
    chances = found @ sets
    likely = chances > 0.5
    # Some 2,000 tags; the deviation of the share is about 0.01.
    assert test.tags[likely].mean() == pytest.approx(chances[likely].mean(), abs=0.03)
    assert test.tags.mean() == pytest.approx(chances.mean(), rel=0.03)
