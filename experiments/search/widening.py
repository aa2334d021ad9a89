"""Ranges at whose edge the best trial lies: they are widened and searched again."""

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any

from experiments.tasks.ranges import Edge, Space


@dataclasses.dataclass(frozen=True)
class Budget:
    """The number of trials of a search, the same for every method.

    Attributes:
      trials: The number of trials before the space is widened.
      widenings: The largest number of times that the space is widened; half as many
        trials follow each.
    """

    trials: int
    widenings: int = 0

    def total(self, widened: int) -> int:
        """Returns the number of trials of a search whose space was widened so often."""
        return self.trials + widened * max(1, self.trials // 2)


def winning_edges(space: Space, best: Mapping[str, Any] | None) -> dict[str, Edge]:
    """Returns the edges that the best settings lie at, by the name of the setting.

    Edges that cannot be moved, such as a dropout of 0, do not count.

    Args:
      space: The space that was searched.
      best: The settings of the best trial; None without one.
    """
    if best is None:
        return {}
    edges = {name: space[name].edge_at(best[name]) for name in space}
    return {name: edge for name, edge in edges.items() if edge is not None}


def widen_space(space: Space, edges: Mapping[str, Edge]) -> Space:
    """Returns a space whose ranges go further at the named edges."""
    wider = {name: space[name].widen(edge) for name, edge in edges.items()}
    return {**space, **wider}


@dataclasses.dataclass(frozen=True)
class Widening:
    """A widening of a space.

    Attributes:
      after: The number of trials before it.
      best: The number of the best of these.
      edges: The edge that was moved, by the name of the setting.
    """

    after: int
    best: int
    edges: Mapping[str, Edge]

    def as_dict(self) -> dict[str, Any]:
        """Returns the attributes as JSON reads them back."""
        return {**dataclasses.asdict(self), "edges": dict(self.edges)}


def widened_spaces(space: Space, widenings: Sequence[Widening]) -> list[Space]:
    """Returns the space before all widenings and after each.

    Args:
      space: The space before them.
      widenings: The widenings in their order.
    """
    spaces = [space]
    for widening in widenings:
        spaces.append(widen_space(spaces[-1], widening.edges))
    return spaces
