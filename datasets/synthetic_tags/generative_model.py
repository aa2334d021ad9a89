"""The generative model of the synthetic tags: all rows are drawn from it.

A row has one or two of `NUM_TOPICS` topics. The tags of topic t are the
`TAGS_PER_TOPIC` numbers from `TAGS_PER_TOPIC * t` on: first its general tag, then its
specific tags, which form `GROUPS_PER_TOPIC` groups of `TAGS_PER_GROUP`.

    first topic      uniform
    second topic     present with probability SECOND_TOPIC; with probability
                     PARTNER_TOPIC it is the partner of the first one (topics 2k and
                     2k + 1 are partners), else uniform over the remaining topics
    general tag      on exactly if the topic is present
    group            used with probability GROUP_USED if the topic is present
    tag of a group   exactly one of a used group is on, uniform

    word             is evidence of TAGS_PER_WORD tags, drawn once for the data set;
                     absent with probability (1 - BACKGROUND) * (1 - EVIDENCE) ** n,
                     where n is the number of those tags that are on

Hence every row has a tag, a specific tag implies its general tag, the tags of a group
exclude each other, and the general tags of partners occur together. Words depend on
single tags only: dependencies between tags can be learned from the tags alone.

`Parameters` makes other data of the same words. Its defaults are the data set.

    copies        the first tag of each group stands `copies` times, always together
    dependence    with this probability a row keeps its tags; otherwise each of them is
                  drawn anew, alone, with its exact probability given the words
                  (`posterior`). So no `dependence` changes words or the probability of
                  a single tag, and it is the factor of each covariance given the words

Rows whose tags are drawn alone may have none, and exclusions do not hold for them.
"""

import dataclasses

import numpy as np

from datasets.errors import DataError
from datasets.synthetic_tags.posterior import posterior
from datasets.synthetic_tags.structure import (
    BACKGROUND,
    GROUP_USED,
    GROUPS_PER_TOPIC,
    NUM_TAGS,
    NUM_TOPICS,
    NUM_WORDS,
    PARTNER_TOPIC,
    SECOND_TOPIC,
    TAGS_PER_GROUP,
    TAGS_PER_TOPIC,
    TAGS_PER_WORD,
)

SEED = 20190101
NUM_ROWS = {"train": 3000, "test": 1000}

EVIDENCE = 0.15


@dataclasses.dataclass(frozen=True)
class Parameters:
    """Parameters of the data, by default those of the data set.

    Attributes:
      dependence: The share of the rows whose tags are drawn together, in [0, 1].
      copies: The number of times that the first tag of each group stands, at least 1.
      evidence: The probability that a tag brings a word of its own, in [0, 1].
      rows: The number of training rows, the first ones of `NUM_ROWS`;
        None for all.
      draw: The number of the draw: other words, tags and rows of the same model.
    """

    dependence: float = 1.0
    copies: int = 1
    evidence: float = EVIDENCE
    rows: int | None = None
    draw: int = 0

    @property
    def tag_of_label(self) -> np.ndarray:
        """The number of the tag that each label is, `[L]`; L is NUM_TAGS by default."""
        within = np.arange(NUM_TAGS) % TAGS_PER_TOPIC
        is_first = (within > 0) & ((within - 1) % TAGS_PER_GROUP == 0)
        return np.repeat(np.arange(NUM_TAGS), np.where(is_first, self.copies, 1))


@dataclasses.dataclass(frozen=True)
class Rows:
    """Generated rows.

    Attributes:
      words: The words of each row, `[N, NUM_WORDS]` of 0 and 1, uint8.
      tags: The tags of each row, `[N, L]` of 0 and 1, uint8.
    """

    words: np.ndarray
    tags: np.ndarray


def generate(parameters: Parameters = Parameters()) -> dict[str, Rows]:
    """Generates the rows of all splits, the same at every call.

    Args:
      parameters: The parameters of the data.

    Raises:
      DataError: There are not as many training rows.
    """
    _require_rows(parameters)
    # Of NumPy's generators, only RandomState repeats its numbers in all versions.
    random = np.random.RandomState(SEED + parameters.draw)
    # Numbers of its own, so that words and other tags do not depend on `dependence`.
    alone = np.random.RandomState([SEED, parameters.draw])
    word_tags = _draw_word_tags(random)
    splits = {}
    for split, num_rows in NUM_ROWS.items():
        tags = _draw_tags(random, _draw_topics(random, num_rows))
        words = _draw_words(random, tags, word_tags, parameters.evidence)
        rows = Rows(words, tags[:, parameters.tag_of_label])
        splits[split] = _loosen(alone, rows, word_tags, parameters)
    train, kept = splits["train"], slice(parameters.rows)
    return {**splits, "train": Rows(train.words[kept], train.tags[kept])}


def _require_rows(parameters: Parameters) -> None:
    available, asked = NUM_ROWS["train"], parameters.rows
    if asked is not None and not 0 < asked <= available:
        raise DataError(
            f"there are {available:,} training rows, and {asked:,} are asked for; "
            "ask for fewer"
        )


def word_evidence(parameters: Parameters = Parameters()) -> np.ndarray:
    """Returns the tags that each word is evidence of, `[NUM_WORDS, NUM_TAGS]`, 0/1."""
    return _draw_word_tags(np.random.RandomState(SEED + parameters.draw))


def partner(topic: np.ndarray) -> np.ndarray:
    """Returns the partner of each topic, with which it occurs most often."""
    return topic ^ 1


def _draw_word_tags(random: np.random.RandomState) -> np.ndarray:
    """Draws the tags that each word is evidence of, `[NUM_WORDS, NUM_TAGS]`."""
    word_tags = np.zeros([NUM_WORDS, NUM_TAGS], np.uint8)
    order = random.random_sample(word_tags.shape).argsort(axis=1)
    np.put_along_axis(word_tags, order[:, :TAGS_PER_WORD], 1, axis=1)
    return word_tags


def _draw_topics(random: np.random.RandomState, num_rows: int) -> np.ndarray:
    """Draws the topics of each row, `[N, NUM_TOPICS]` of bool."""
    first = _choose(random, num_rows, NUM_TOPICS)
    # Skips the pair of `first`, which are the first two when counted from it.
    other = (2 * (first // 2) + 2 + _choose(random, num_rows, NUM_TOPICS - 2)) % (
        NUM_TOPICS
    )
    is_partner = random.random_sample(num_rows) < PARTNER_TOPIC
    second = np.where(is_partner, partner(first), other)
    has_second = random.random_sample(num_rows) < SECOND_TOPIC

    topics = np.zeros([num_rows, NUM_TOPICS], bool)
    topics[np.arange(num_rows), first] = True
    topics[has_second, second[has_second]] = True
    return topics


def _draw_tags(random: np.random.RandomState, topics: np.ndarray) -> np.ndarray:
    """Draws the tags of rows with `topics`, `[N, NUM_TAGS]` of 0 and 1."""
    shape = [*topics.shape, GROUPS_PER_TOPIC]  # [N, T, G]
    used = topics[..., None] & (random.random_sample(shape) < GROUP_USED)
    choice = _choose(random, shape, TAGS_PER_GROUP)
    specific = used[..., None] & (choice[..., None] == np.arange(TAGS_PER_GROUP))
    specific = specific.reshape([*topics.shape, -1])  # [N, T, G * TAGS_PER_GROUP]
    tags = np.concatenate([topics[..., None], specific], axis=-1)
    return tags.reshape([len(topics), NUM_TAGS]).astype(np.uint8)


def _draw_words(
    random: np.random.RandomState,
    tags: np.ndarray,
    word_tags: np.ndarray,
    evidence: float,
) -> np.ndarray:
    """Draws the words of rows with `tags`, `[N, NUM_WORDS]` of 0 and 1."""
    tags_on = tags.astype(np.int64) @ word_tags.T  # [N, W]
    absent = (1 - BACKGROUND) * (1 - evidence) ** tags_on
    return (random.random_sample(absent.shape) >= absent).astype(np.uint8)


def _loosen(
    random: np.random.RandomState,
    rows: Rows,
    word_tags: np.ndarray,
    parameters: Parameters,
) -> Rows:
    """Draws all tags of some rows alone, given the words."""
    if parameters.dependence == 1:
        return rows
    sets, of_sets = posterior(rows.words, word_tags, parameters.evidence)
    chances = (of_sets @ sets)[:, parameters.tag_of_label]  # [N, L]
    alone = random.random_sample(chances.shape) < chances
    is_kept = random.random_sample(len(chances)) < parameters.dependence
    tags = np.where(is_kept[:, None], rows.tags, alone)
    return Rows(rows.words, tags.astype(np.uint8))


def _choose(
    random: np.random.RandomState, shape: int | list[int], num_choices: int
) -> np.ndarray:
    """Draws uniform choices from 0 to `num_choices - 1`."""
    return (random.random_sample(shape) * num_choices).astype(np.int64)
