import hashlib

import numpy as np
import pytest

from datasets.errors import DataError
from datasets.synthetic_tags import generative_model as model
from datasets.synthetic_tags.posterior import posterior


@pytest.fixture(scope="module")
def splits():
    return model.generate()


@pytest.fixture(scope="module")
def tags(splits):
    """Returns the training tags as `[N, topic, tag of the topic]`."""
    shape = [-1, model.NUM_TOPICS, model.TAGS_PER_TOPIC]
    return splits["train"].tags.reshape(shape).astype(bool)


def test_the_rows_never_change(splits):
    digest = hashlib.sha256()
    for split in ("train", "test"):
        digest.update(splits[split].words.tobytes())
        digest.update(splits[split].tags.tobytes())
    assert digest.hexdigest() == (
        "75fa4314647e197afb987d98ea9684d6291ee9673516f204cb5abe5b7968175d"
    )


def test_two_calls_return_the_same_rows(splits):
    for split, rows in model.generate().items():
        np.testing.assert_array_equal(rows.words, splits[split].words)
        np.testing.assert_array_equal(rows.tags, splits[split].tags)


def test_sizes_and_density(splits):
    for split, num_rows in model.NUM_ROWS.items():
        rows = splits[split]
        assert rows.words.shape == (num_rows, model.NUM_WORDS)
        assert rows.tags.shape == (num_rows, model.NUM_TAGS)
        assert rows.words.dtype == rows.tags.dtype == np.uint8
        assert rows.words.max() == rows.tags.max() == 1
        assert rows.tags.sum(axis=1).min() >= 1
        assert 2.9 < rows.tags.sum(axis=1).mean() < 3.3


def test_no_row_of_one_split_is_in_the_other(splits):
    train, test = (
        {words.tobytes() + tags.tobytes() for words, tags in zip(rows.words, rows.tags)}
        for rows in splits.values()
    )
    assert not train & test


def test_a_specific_tag_implies_its_general_tag(tags):
    has_specific = tags[:, :, 1:].any(axis=2)
    assert has_specific.any(axis=0).all()
    assert tags[:, :, 0][has_specific].all()


def test_the_tags_of_a_group_exclude_each_other(tags):
    groups = tags[:, :, 1:].reshape(
        [len(tags), model.NUM_TOPICS, model.GROUPS_PER_TOPIC, model.TAGS_PER_GROUP]
    )
    assert groups.any(axis=0).all()
    assert groups.sum(axis=3).max() == 1


def test_partners_occur_together_more_than_others(tags):
    general = tags[:, :, 0].astype(int)
    together = general.T @ general  # [T, T]
    topics = np.arange(model.NUM_TOPICS)
    with_partner = together[topics, model.partner(topics)]
    np.fill_diagonal(together, 0)
    together[topics, model.partner(topics)] = 0
    # By the constants, 0.6 against 0.4 / 6: nine times as often.
    assert with_partner.min() > 3 * together.max()
    assert general.sum(axis=1).max() == 2


def test_frequencies_are_those_of_the_constants(tags):
    general = tags[:, :, 0]
    assert (general.sum(axis=1) == 2).mean() == pytest.approx(
        model.SECOND_TOPIC, abs=0.04
    )
    groups = tags[:, :, 1:].reshape(
        [len(tags), model.NUM_TOPICS, model.GROUPS_PER_TOPIC, -1]
    )
    used = groups.any(axis=3)[general]
    assert used.mean() == pytest.approx(model.GROUP_USED, abs=0.03)


def test_words_are_noisy_evidence_of_single_tags(splits):
    words = splits["train"].words.astype(float)
    tags = splits["train"].tags.astype(float)
    on = (tags.T @ words) / tags.sum(axis=0)[:, None]  # [L, W], P(word | tag on)
    off = ((1 - tags).T @ words) / (1 - tags).sum(axis=0)[:, None]
    gain = np.sort(on - off, axis=1)[:, ::-1]
    # Each tag raises the chance of some words, of none near to certainty.
    assert (gain[:, 2] > 0.05).all()
    assert on.max() < 0.5


@pytest.mark.slow
def test_rows_are_the_first_ones_and_leave_the_test_alone(splits):
    few = model.generate(model.Parameters(rows=20))
    np.testing.assert_array_equal(few["train"].tags, splits["train"].tags[:20])
    np.testing.assert_array_equal(few["train"].words, splits["train"].words[:20])
    np.testing.assert_array_equal(few["test"].tags, splits["test"].tags)
    loose = [
        model.generate(model.Parameters(rows=rows, dependence=0.0))["test"].tags
        for rows in (20, None)
    ]
    np.testing.assert_array_equal(*loose)


@pytest.mark.parametrize("rows", [0, 3001])
def test_more_rows_than_there_are_are_refused(rows):
    with pytest.raises(DataError, match=f"3,000 training rows, and {rows:,} are"):
        model.generate(model.Parameters(rows=rows))


def test_copies_are_always_on_together(splits):
    parameters = model.Parameters(copies=3)
    # A topic: general tag, 3 + 1 labels of the first group, 3 + 1 of the second.
    assert parameters.tag_of_label[:10].tolist() == [0, 1, 1, 1, 2, 3, 3, 3, 4, 5]
    made = model.generate(parameters)["train"]
    np.testing.assert_array_equal(made.words, splits["train"].words)
    np.testing.assert_array_equal(
        made.tags, splits["train"].tags[:, parameters.tag_of_label]
    )


def test_dependence_changes_neither_words_nor_the_frequency_of_a_tag(splits):
    loose = model.generate(model.Parameters(dependence=0.0))
    for split, rows in loose.items():
        np.testing.assert_array_equal(rows.words, splits[split].words)
        np.testing.assert_allclose(
            rows.tags.mean(axis=0), splits[split].tags.mean(axis=0), atol=0.05
        )


@pytest.mark.slow
def test_dependence_is_the_factor_of_the_covariance_given_the_words():
    """Compares copies: given the words, their covariance is p (1 - p)."""
    shares = {}
    for dependence in (0.0, 0.5, 1.0):
        parameters = model.Parameters(dependence=dependence, copies=2)
        train = model.generate(parameters)["train"]
        sets, found = posterior(train.words, model.word_evidence(), model.EVIDENCE)
        chance = (found @ sets)[:, 1]
        first, second = train.tags[:, 1] - chance, train.tags[:, 2] - chance
        shares[dependence] = (first * second).sum() / (chance * (1 - chance)).sum()
    assert shares == pytest.approx({0.0: 0.0, 0.5: 0.5, 1.0: 1.0}, abs=0.15)


def test_clearer_words_are_more_often_there(splits):
    clear = model.generate(model.Parameters(evidence=0.4))["train"]
    np.testing.assert_array_equal(clear.tags, splits["train"].tags)
    assert clear.words.mean() > 1.3 * splits["train"].words.mean()


def test_a_draw_has_other_rows_and_other_words(splits):
    parameters = model.Parameters(draw=1)
    other = model.generate(parameters)["test"]
    assert (other.tags != splits["test"].tags).any()
    assert (model.word_evidence(parameters) != model.word_evidence()).any()
