"""Spaces of hyper-parameter searches: the range of each setting, by method."""

import dataclasses
from collections.abc import Mapping
from typing import Any, Protocol

# Significant digits of a proposal; more would only make configs hard to read.
_DIGITS = 3


class Trial(Protocol):
    """A source of proposed values, such as a trial of Optuna."""

    def suggest_float(
        self, name: str, low: float, high: float, *, log: bool = False
    ) -> float:
        """Returns a number in [low, high]."""

    def suggest_categorical(self, name: str, choices: tuple) -> Any:
        """Returns one of the choices."""


@dataclasses.dataclass(frozen=True)
class Uniform:
    """Numbers in [low, high], uniformly distributed."""

    low: float
    high: float

    def suggest(self, trial: Trial, name: str) -> float:
        """Returns a proposed value of the setting of that name."""
        return _rounded(trial.suggest_float(name, self.low, self.high))

    def __contains__(self, value: float) -> bool:
        return self.low <= value <= self.high


@dataclasses.dataclass(frozen=True)
class LogUniform:
    """Positive numbers in [low, high], uniformly distributed in their logarithm."""

    low: float
    high: float

    def suggest(self, trial: Trial, name: str) -> float:
        """Returns a proposed value of the setting of that name."""
        return _rounded(trial.suggest_float(name, self.low, self.high, log=True))

    def __contains__(self, value: float) -> bool:
        return self.low <= value <= self.high


@dataclasses.dataclass(frozen=True)
class Choice:
    """One of a few numbers or words."""

    values: tuple[Any, ...]

    def suggest(self, trial: Trial, name: str) -> Any:
        """Returns a proposed value of the setting of that name."""
        return trial.suggest_categorical(name, self.values)

    def __contains__(self, value: Any) -> bool:
        return value in self.values


Range = Uniform | LogUniform | Choice


Space = Mapping[str, Range]


def _rounded(value: float) -> float:
    return float(f"{value:.{_DIGITS}g}")


def _spaces(
    generator: Space,
    discriminator: Space,
    weight: Range,
    steps: Space,
    score_steps: Space,
) -> dict[str, Space]:
    """Returns the space of each method.

    Args:
      generator: Ranges of the settings of a method with a generator.
      discriminator: Ranges of the settings of a method with a discriminator.
      weight: The range of the factor of Eq. 6's second term, for a classifier's loss.
      steps: Ranges of the steps of the samples of LDRSP and DVN.
      score_steps: Ranges of the steps of a refinement whose score has no fixed scale.
    """
    both: Space = {**generator, **discriminator, "adversarial_weight": weight}
    ldrsp: Space = {**both, **steps, "adversarial_weight": LogUniform(0.03, 10.0)}
    inference = {name: steps[name] for name in steps if name.startswith("inference")}
    return {
        "baseline": generator,
        "gan": both,
        "lsgan": both,
        "wgan_gp": {**both, **score_steps, "penalty_weight": LogUniform(0.1, 100.0)},
        "ebgan": {**both, **score_steps},
        "dvn": {**discriminator, **steps},
        "spen": {**discriminator, **inference, **score_steps},
        "ldrsp": ldrsp,
        "ldrsp_plus": ldrsp,
        "ldrsp_cross": ldrsp,
    }


_TAG_GENERATOR: Space = {
    "generator_learning_rate": LogUniform(1e-4, 1e-2),
    "input_dropout": Uniform(0.0, 0.5),
}


_TAG_NETWORK: Space = {**_TAG_GENERATOR, "hidden_dropout": Uniform(0.0, 0.5)}


TAG_SPACES: Mapping[str, Space] = {
    # A linear layer has no hidden units to drop.
    "logistic_regression": _TAG_GENERATOR,
    "nn_baseline": _TAG_NETWORK,
    **_spaces(
        generator=_TAG_NETWORK,
        discriminator={
            "discriminator_learning_rate": LogUniform(1e-4, 1e-2),
            "normalized_gradient": Choice((False, True)),
        },
        weight=LogUniform(0.03, 10.0),
        steps={
            "inference_steps": Choice((2, 5, 10, 20, 30)),
            "inference_step_size": LogUniform(0.05, 2.0),
            "adversarial_step_size": LogUniform(0.05, 2.0),
        },
        score_steps={"step_size": LogUniform(0.01, 2.0)},
    ),
}


MASK_SPACES: Mapping[str, Space] = _spaces(
    generator={"generator_learning_rate": LogUniform(1e-3, 3e-2)},
    discriminator={"discriminator_learning_rate": LogUniform(3e-4, 3e-2)},
    # As heavy as for LDRSP, it outweighs the cross-entropy of pixels many times.
    weight=LogUniform(0.001, 0.1),
    steps={
        # Each costs as much as an update.
        "inference_steps": Choice((2, 5, 10)),
        "inference_step_size": LogUniform(1.0, 16.0),
        "adversarial_step_size": LogUniform(1.0, 16.0),
    },
    score_steps={"step_size": LogUniform(0.03, 8.0)},
)
