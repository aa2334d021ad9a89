"""The exact distribution of the synthetic tags given the words of a row.

One or two topics and the states of their groups make few sets of tags: 2,340 with the
constants of `structure`. So the posterior is a table, and everything that a perfect
model could know of a row follows from it.
"""

import itertools
from collections.abc import Iterator

import numpy as np

from datasets.synthetic_tags.structure import (
    BACKGROUND,
    GROUP_USED,
    GROUPS_PER_TOPIC,
    NUM_TAGS,
    NUM_TOPICS,
    PARTNER_TOPIC,
    SECOND_TOPIC,
    TAGS_PER_GROUP,
    TAGS_PER_TOPIC,
)


def tag_sets() -> tuple[np.ndarray, np.ndarray]:
    """Returns all K sets of tags that a row can have, and their probabilities.

    Returns:
      The sets, `[K, NUM_TAGS]` of 0 and 1, int64; the probability of each before any
      word is seen, `[K]`.
    """
    states = list(_topic_states())
    sets, prior = [], []
    for topics, of_topics in _topic_sets():
        for chosen in itertools.product(states, repeat=len(topics)):
            tags = np.zeros([NUM_TOPICS, TAGS_PER_TOPIC], np.int64)
            for topic, (own, _) in zip(topics, chosen, strict=True):
                tags[topic] = own
            sets.append(tags.reshape(NUM_TAGS))
            prior.append(of_topics * np.prod([share for _, share in chosen]))
    return np.array(sets), np.array(prior)


def posterior(
    words: np.ndarray, word_tags: np.ndarray, evidence: float
) -> tuple[np.ndarray, np.ndarray]:
    """Returns the sets of tags, and their probabilities given the words.

    Args:
      words: The words of each row, `[N, NUM_WORDS]` of 0 and 1.
      word_tags: The tags that each word is evidence of, `[NUM_WORDS, NUM_TAGS]`.
      evidence: The probability that a tag brings a word of its own, in [0, 1].

    Returns:
      The sets, `[K, NUM_TAGS]`; the probabilities, `[N, K]`, whose rows sum to 1.
    """
    sets, prior = tag_sets()
    on = sets @ word_tags.T.astype(np.int64)  # [K, W]
    absent = (1 - BACKGROUND) * (1 - evidence) ** on
    present = words.astype(np.float64)
    logits = np.log(prior) + present @ np.log(1 - absent).T
    # With an evidence of 1 a word of a tag that is on cannot be absent.
    never = np.finfo(np.float64).tiny
    logits += (1 - present) @ np.log(np.maximum(absent, never)).T  # [N, K]
    weights = np.exp(logits - logits.max(axis=1, keepdims=True))
    return sets, weights / weights.sum(axis=1, keepdims=True)


def _topic_sets() -> Iterator[tuple[tuple[int, ...], float]]:
    """Yields each set of one or two topics, with its probability."""
    for topic in range(NUM_TOPICS):
        yield (topic,), (1 - SECOND_TOPIC) / NUM_TOPICS
    # Either topic of a pair may be the first.
    of_pair = 2 * SECOND_TOPIC / NUM_TOPICS
    for first, second in itertools.combinations(range(NUM_TOPICS), 2):
        are_partners = second == first ^ 1
        others = NUM_TOPICS - 2
        share = PARTNER_TOPIC if are_partners else (1 - PARTNER_TOPIC) / others
        yield (first, second), of_pair * share


def _topic_states() -> Iterator[tuple[np.ndarray, float]]:
    """Yields the tags of a topic that is present, with their probability."""
    # The tag of a group that is on; None for a group that is not used.
    choices = (None, *range(TAGS_PER_GROUP))
    for chosen in itertools.product(choices, repeat=GROUPS_PER_TOPIC):
        specific = np.zeros([GROUPS_PER_TOPIC, TAGS_PER_GROUP], np.int64)
        share = 1.0
        for group, tag in enumerate(chosen):
            if tag is None:
                share *= 1 - GROUP_USED
            else:
                specific[group, tag] = 1
                share *= GROUP_USED / TAGS_PER_GROUP
        yield np.concatenate([[1], specific.reshape(-1)]), share
