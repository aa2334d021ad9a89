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
"""

import dataclasses

import numpy as np

SEED = 20190101
NUM_ROWS = {"train": 3000, "test": 1000}

NUM_TOPICS = 8
GROUPS_PER_TOPIC = 2
TAGS_PER_GROUP = 2
TAGS_PER_TOPIC = 1 + GROUPS_PER_TOPIC * TAGS_PER_GROUP
NUM_TAGS = NUM_TOPICS * TAGS_PER_TOPIC

SECOND_TOPIC = 0.4
PARTNER_TOPIC = 0.6
GROUP_USED = 0.6

NUM_WORDS = 256
TAGS_PER_WORD = 2
BACKGROUND = 0.04
EVIDENCE = 0.15


@dataclasses.dataclass(frozen=True)
class Rows:
    """Generated rows.

    Attributes:
      words: The words of each row, `[N, NUM_WORDS]` of 0 and 1, uint8.
      tags: The tags of each row, `[N, NUM_TAGS]` of 0 and 1, uint8.
    """

    words: np.ndarray
    tags: np.ndarray


def generate() -> dict[str, Rows]:
    """Generates the rows of all splits, the same at every call."""
    # Of NumPy's generators, only RandomState repeats its numbers in all versions.
    random = np.random.RandomState(SEED)
    word_tags = _draw_word_tags(random)
    splits = {}
    for split, num_rows in NUM_ROWS.items():
        tags = _draw_tags(random, _draw_topics(random, num_rows))
        splits[split] = Rows(_draw_words(random, tags, word_tags), tags)
    return splits


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
    random: np.random.RandomState, tags: np.ndarray, word_tags: np.ndarray
) -> np.ndarray:
    """Draws the words of rows with `tags`, `[N, NUM_WORDS]` of 0 and 1."""
    evidence = tags.astype(np.int64) @ word_tags.T  # [N, W], the number of tags on
    absent = (1 - BACKGROUND) * (1 - EVIDENCE) ** evidence
    return (random.random_sample(absent.shape) >= absent).astype(np.uint8)


def _choose(
    random: np.random.RandomState, shape: int | list[int], num_choices: int
) -> np.ndarray:
    """Draws uniform choices from 0 to `num_choices - 1`."""
    return (random.random_sample(shape) * num_choices).astype(np.int64)
