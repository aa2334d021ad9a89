"""What a hyper-parameter search may choose: the range of each setting."""

import dataclasses
from collections.abc import Mapping
from typing import Any, Protocol

# Of what a range proposes: more digits than matter only make configs hard to read.
_DIGITS = 3


class Trial(Protocol):
    """What proposes values; a trial of Optuna."""

    def suggest_float(
        self, name: str, low: float, high: float, *, log: bool = False
    ) -> float:
        """A number in [low, high]."""

    def suggest_categorical(self, name: str, choices: tuple) -> Any:
        """One of the choices."""


@dataclasses.dataclass(frozen=True)
class Uniform:
    """Numbers in [low, high], all alike."""

    low: float
    high: float

    def suggest(self, trial: Trial, name: str) -> float:
        """A value of the setting of that name."""
        return _rounded(trial.suggest_float(name, self.low, self.high))

    def __contains__(self, value: float) -> bool:
        return self.low <= value <= self.high


@dataclasses.dataclass(frozen=True)
class LogUniform:
    """Positive numbers in [low, high], all orders of magnitude alike."""

    low: float
    high: float

    def suggest(self, trial: Trial, name: str) -> float:
        """A value of the setting of that name."""
        return _rounded(trial.suggest_float(name, self.low, self.high, log=True))

    def __contains__(self, value: float) -> bool:
        return self.low <= value <= self.high


@dataclasses.dataclass(frozen=True)
class Choice:
    """One of a few numbers or words."""

    values: tuple[Any, ...]

    def suggest(self, trial: Trial, name: str) -> Any:
        """A value of the setting of that name."""
        return trial.suggest_categorical(name, self.values)

    def __contains__(self, value: Any) -> bool:
        return value in self.values


Range = Uniform | LogUniform | Choice
Space = Mapping[str, Range]


def _rounded(value: float) -> float:
    return float(f"{value:.{_DIGITS}g}")
