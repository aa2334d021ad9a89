"""Ranges of searched settings: what is proposed, where an edge is, what lies beyond."""

import dataclasses
import math
from collections.abc import Mapping
from typing import Any, Literal, Protocol

# Significant digits of a proposal; more would only make configs hard to read.
_DIGITS = 3

# A value in this outer share of a range is at its edge.
_EDGE_SHARE = 0.1

# The factor by which a wider range of logarithms goes beyond its edge.
_FACTOR = 4.0

# The share of its width by which another range of numbers goes beyond its edge.
_ADDED_WIDTH = 0.5

# The number of values that ordered values are extended by.
_ADDED_VALUES = 2

Edge = Literal["low", "high"]


class Trial(Protocol):
    """A source of proposed values, such as a trial of Optuna."""

    def suggest_float(
        self, name: str, low: float, high: float, *, log: bool = False
    ) -> float:
        """Returns a number in [low, high]."""

    def suggest_int(self, name: str, low: int, high: int) -> int:
        """Returns a whole number in [low, high]."""

    def suggest_categorical(self, name: str, choices: tuple) -> Any:
        """Returns one of the choices."""


@dataclasses.dataclass(frozen=True)
class _Interval:
    """Numbers in [low, high].

    Attributes:
      low: The smallest number.
      high: The largest number.
      least: The smallest number that a wider range may have.
      most: The largest number that a wider range may have.
    """

    low: float
    high: float
    least: float = 0.0
    most: float = math.inf

    def encode(self, value: float) -> float:
        """Returns a value as trials keep it."""
        return value

    def __contains__(self, value: float) -> bool:
        return self.low <= value <= self.high


@dataclasses.dataclass(frozen=True)
class Uniform(_Interval):
    """Numbers in [low, high], uniformly distributed."""

    def suggest(self, trial: Trial, name: str) -> float:
        """Returns a proposed value of the setting of that name."""
        return _rounded(trial.suggest_float(name, self.low, self.high))

    def edge_at(self, value: float) -> Edge | None:
        """Returns the edge that a value lies at and that can be moved; None if none."""
        return _edge_at(self, (value - self.low) / (self.high - self.low))

    def widen(self, edge: Edge) -> "Uniform":
        """Returns the range with an edge moved by half of the width."""
        added = _ADDED_WIDTH * (self.high - self.low)
        return _moved(self, edge, self.low - added, self.high + added)

    def extend_to(self, value: float) -> "Uniform":
        """Returns the range with an edge moved to a value, if it lies outside."""
        return _extended(self, value)

    def __str__(self) -> str:
        return f"{self.low:g} to {self.high:g}"


@dataclasses.dataclass(frozen=True)
class LogUniform(_Interval):
    """Positive numbers in [low, high], uniformly distributed in their logarithm."""

    def suggest(self, trial: Trial, name: str) -> float:
        """Returns a proposed value of the setting of that name."""
        return _rounded(trial.suggest_float(name, self.low, self.high, log=True))

    def edge_at(self, value: float) -> Edge | None:
        """Returns the edge that a value lies at and that can be moved; None if none."""
        width = math.log(self.high / self.low)
        return _edge_at(self, math.log(value / self.low) / width)

    def widen(self, edge: Edge) -> "LogUniform":
        """Returns the range with an edge moved by a factor of four."""
        return _moved(self, edge, self.low / _FACTOR, self.high * _FACTOR)

    def extend_to(self, value: float) -> "LogUniform":
        """Returns the range with an edge moved to a value, if it lies outside.

        A value of 0, which has no logarithm, stays outside.
        """
        return _extended(self, value) if value > 0 else self

    def __str__(self) -> str:
        return f"{self.low:g} to {self.high:g}, logarithmic"


@dataclasses.dataclass(frozen=True)
class Ordered:
    """One of a few numbers in ascending order.

    Attributes:
      values: The numbers.
      below: The smaller numbers that wider ranges may have.
      above: The larger numbers that wider ranges may have.
    """

    values: tuple[float, ...]
    below: tuple[float, ...] = ()
    above: tuple[float, ...] = ()

    def suggest(self, trial: Trial, name: str) -> float:
        """Returns a proposed value of the setting of that name."""
        first, last = self.encode(self.values[0]), self.encode(self.values[-1])
        return self._all[trial.suggest_int(name, first, last)]

    def encode(self, value: float) -> int:
        """Returns a value as trials keep it: its position, the same in wider ranges."""
        return self._all.index(value)

    def edge_at(self, value: float) -> Edge | None:
        """Returns the edge that a value is and that can be moved; None if none."""
        if value == self.values[0] and self.below:
            return "low"
        return "high" if value == self.values[-1] and self.above else None

    def widen(self, edge: Edge) -> "Ordered":
        """Returns the range with up to two more values beyond an edge."""
        if edge == "low":
            kept = max(0, len(self.below) - _ADDED_VALUES)
            added = self.below[kept:]
            return Ordered((*added, *self.values), self.below[:kept], self.above)
        added, left = self.above[:_ADDED_VALUES], self.above[_ADDED_VALUES:]
        return Ordered((*self.values, *added), self.below, left)

    def extend_to(self, value: float) -> "Ordered":
        """Returns the range with the values up to one that lies beyond an edge.

        A value that is in no wider range stays outside.
        """
        if value in self.below:
            first = self.below.index(value)
            values = (*self.below[first:], *self.values)
            return Ordered(values, self.below[:first], self.above)
        if value in self.above:
            number = self.above.index(value) + 1
            values = (*self.values, *self.above[:number])
            return Ordered(values, self.below, self.above[number:])
        return self

    @property
    def _all(self) -> tuple[float, ...]:
        return (*self.below, *self.values, *self.above)

    def __contains__(self, value: float) -> bool:
        return value in self.values

    def __str__(self) -> str:
        return f"one of {', '.join(map(str, self.values))}"


@dataclasses.dataclass(frozen=True)
class Choice:
    """One of a few words, numbers or truth values without an order or an edge."""

    values: tuple[Any, ...]

    def suggest(self, trial: Trial, name: str) -> Any:
        """Returns a proposed value of the setting of that name."""
        return trial.suggest_categorical(name, self.values)

    def encode(self, value: Any) -> Any:
        """Returns a value as trials keep it."""
        return value

    def edge_at(self, value: Any) -> Edge | None:
        """Returns None: there is no edge."""
        del value
        return None

    def widen(self, edge: Edge) -> "Choice":
        """Returns the choice as it is."""
        del edge
        return self

    def extend_to(self, value: Any) -> "Choice":
        """Returns the choice as it is."""
        del value
        return self

    def __contains__(self, value: Any) -> bool:
        return value in self.values

    def __str__(self) -> str:
        return f"one of {', '.join(map(str, self.values))}"


Range = Uniform | LogUniform | Ordered | Choice


Space = Mapping[str, Range]


def _edge_at(range_: Uniform | LogUniform, position: float) -> Edge | None:
    """Returns the edge at a position of [0, 1], if it may be moved."""
    if position <= _EDGE_SHARE and range_.low > range_.least:
        return "low"
    if position >= 1.0 - _EDGE_SHARE and range_.high < range_.most:
        return "high"
    return None


def _moved(range_: Any, edge: Edge, low: float, high: float) -> Any:
    if edge == "low":
        return dataclasses.replace(range_, low=max(_rounded(low), range_.least))
    return dataclasses.replace(range_, high=min(_rounded(high), range_.most))


def _extended(range_: Any, value: float) -> Any:
    low = max(min(range_.low, value), range_.least)
    high = min(max(range_.high, value), range_.most)
    return dataclasses.replace(range_, low=low, high=high)


def _rounded(value: float) -> float:
    return float(f"{value:.{_DIGITS}g}")
