"""Doubts about MEKA's `-C n`, the number of labels in the name of a relation.

Weka's filters append themselves to the name and leave the `-C n` as it was, even where
they have removed the labels, or moved them.
"""

import itertools
import math
import re
from collections.abc import Iterator

from datasets.arff.header import MEKA_LABELS, Attribute, Header

_FILTER = re.compile(r"weka\.filters\.(?:un)?supervised\.attribute\.(\w+)")
_REMOVED = re.compile(
    r"(?P<before>-V)?-R\s*(?P<ranges>(?:\d|first|last|[,-](?!V))+)(?P<after>-V)?"
)
# Filters that remove, insert or move attributes wherever they lie.
_MOVING = frozenset(
    {
        "AddID",
        "AttributeSelection",
        "RemoveByName",
        "RemoveType",
        "RemoveUseless",
        "Reorder",
    }
)
_NUMBERED = re.compile(r"(.*?)(\d{1,9})")


def doubt_labels(header: Header, count: int) -> str | None:
    """Returns the reason why the labels of a `-C n` seem to be features.

    There is one only if the attribute next to them has the same kind. Besides, a filter
    in the relation's name has removed or moved attributes among them since; or the
    labels are numbered (word1, word2), the attributes next to them continue the
    numbers, and those at the other end, which could be labels as well, do not.

    Args:
      header: The header of the file.
      count: The n of the `-C n`.

    Returns:
      The part of a sentence after "but"; None without a doubt.
    """
    # Labels first, whichever end they are at.
    attributes = header.attributes if count > 0 else header.attributes[::-1]
    number = abs(count)
    labels, next_one = attributes[:number], attributes[number]
    if labels[-1].values != next_one.values:
        return None
    name = _moving_filter(header, count)
    if name:
        return f"Weka's filter {name} has removed or moved attributes since"
    others = attributes[-number:]
    if len(attributes) < 2 * number or any(a.values != next_one.values for a in others):
        return None
    step = 1 if count > 0 else -1
    if _continue_numbers((*labels, next_one), step) and not any(
        _prefix(other) == _prefix(next_one) for other in others
    ):
        return (
            f"{next_one.name!r} looks the same, and attributes that look otherwise, "
            f"such as {others[-1].name!r}, are at the other end"
        )
    return None


def _moving_filter(header: Header, count: int) -> str | None:
    """Returns the name of a filter that has moved labels; None if there is none."""
    # A relation merged from two has a -C for each; the first one counts.
    text = MEKA_LABELS.split(header.relation)[2]
    for match in _FILTER.finditer(text):
        name = match[1]
        if name in _MOVING:
            return name
        removed = _REMOVED.match(text, match.end()) if name == "Remove" else None
        if removed is not None and _touches(removed, count, len(header.attributes)):
            return name
    return None


def _touches(removed: re.Match[str], count: int, number_left: int) -> bool:
    """Returns whether the filter Remove has removed one of the labels."""
    ranges = list(_ranges(removed["ranges"]))
    is_inverted = bool(removed["before"] or removed["after"])
    if count > 0:
        first, last = 1.0, float(count)
    elif is_inverted or any(math.isinf(high) for _, high in ranges):
        first, last = math.inf, math.inf  # Of unknown position, but for the last one.
    else:
        last = number_left + sum(high - low + 1 for low, high in ranges)
        first = last + count + 1
    if is_inverted:  # These are the attributes that are left.
        return not any(low <= first and last <= high for low, high in ranges)
    return any(low <= last and first <= high for low, high in ranges)


def _ranges(text: str) -> Iterator[tuple[float, float]]:
    """Yields the first and last position of each range, such as 3-7, first-2 or 9."""
    for part in text.strip("-,").split(","):
        ends = [_position(end) for end in part.split("-") if end]
        if ends:
            yield ends[0], ends[-1]


def _position(end: str) -> float:
    if end in ("first", "last"):
        return 1.0 if end == "first" else math.inf
    return float(end.replace("first", "").replace("last", "") or 0)


def _continue_numbers(attributes: tuple[Attribute, ...], step: int) -> bool:
    """Returns whether names are of one prefix, with numbers that rise by `step`."""
    matches = [_NUMBERED.fullmatch(attribute.name) for attribute in attributes]
    found = [(match[1], int(match[2])) for match in matches if match is not None]
    return len(found) == len(attributes) and all(
        later == (prefix, number + step)
        for (prefix, number), later in itertools.pairwise(found)
    )


def _prefix(attribute: Attribute) -> str | None:
    match = _NUMBERED.fullmatch(attribute.name)
    return None if match is None else match[1]
