"""The output to deliver: of G, of D, or refined; decided on validation examples.

A discriminator is worth its cost only where its outputs are better than those of the
generator, decoded as well as they can be. So all are compared on validation examples,
from the cheapest to the dearest, and a dearer one is taken only if its mean metric is
better by more than one standard error of the paired differences. The rule is that of
Breiman et al. ("Classification and regression trees", 1984), which prefers the simpler
of two models that the data cannot tell apart.

Thresholds, walks and other choices for an output are made on other examples than those
that it is compared on (`held_out`).
"""

import dataclasses
import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from ldrsp_tf.errors import UsageError
from ldrsp_tf.evaluation.held_out import held_out_values
from ldrsp_tf.prediction.unrefined import AVERAGE, GENERATOR, MIRRORED, OWN
from ldrsp_tf.spaces.base import OutputSpace

# The number of standard errors by which a dearer output has to be better.
MARGIN = 1.0

REFINED = "refined"

_PHRASES = {
    GENERATOR: "G's outputs",
    MIRRORED: "means of G's outputs for the image and the mirrored one",
    OWN: "D's own predictions",
    AVERAGE: "means of G's outputs and D's own predictions",
    REFINED: "refined outputs",
}

_DECODERS = {
    "plain": "",
    "tuned": ", decided by a tuned threshold",
    "plugin": ", decided by plug-in",
}


@dataclasses.dataclass(frozen=True)
class Compared:
    """An output and a decoder, compared with the one that was taken before.

    Attributes:
      output: The name of the output (generator, mirrored, own, average, refined).
      decoder: The name of the decoder (`OutputSpace.decoders`).
      metric: Its mean metric over the validation examples.
      gain: By how much that is better than the candidate that was taken until then.
      error: The standard error of the gain, over the validation examples; None with one
        example, which has no such error.
      is_taken: Whether it took the place of that candidate.
    """

    output: str
    decoder: str
    metric: float
    gain: float
    error: float | None
    is_taken: bool


@dataclasses.dataclass(frozen=True)
class Decision:
    """The output to deliver, and the comparison that led to it.

    Attributes:
      output: The name of the output.
      decoder: The name of its decoder.
      metric_name: The metric that was compared.
      metric: Its mean metric over the validation examples.
      compared: All candidates in the order of the comparison.
      refinement_gain: By how much refined outputs, with their best decoder, are better
        than the last other candidate that was taken; None without refined outputs, and
        in files of older versions.
      refinement_error: The standard error of that gain; None with one example.
    """

    output: str
    decoder: str
    metric_name: str
    metric: float
    compared: tuple[Compared, ...]
    refinement_gain: float | None = None
    refinement_error: float | None = None

    @classmethod
    def from_dict(cls, found: Mapping[str, Any]) -> "Decision":
        """Returns the decision that `dataclasses.asdict` made that dictionary of.

        Args:
          found: The dictionary, which may have the sentence as well.

        Raises:
          UsageError: It names an output that there is not.
        """
        if found["output"] not in _PHRASES:
            raise UsageError(
                f"There is no output {found['output']!r} to deliver; there are "
                f"{', '.join(_PHRASES)}."
            )
        compared = tuple(
            # Files of older versions have an infinite error of one example.
            Compared(**{**each, "error": _finite(each["error"])})
            for each in found["compared"]
        )
        return cls(
            output=found["output"],
            decoder=found["decoder"],
            metric_name=found["metric_name"],
            metric=found["metric"],
            compared=compared,
            refinement_gain=found.get("refinement_gain"),
            refinement_error=found.get("refinement_error"),
        )

    @property
    def sentence(self) -> str:
        """A sentence on the output that is taken, and on the gain of refinement."""
        how = _DECODERS.get(self.decoder, f", decided by {self.decoder}")
        name = self.metric_name.replace("_", " ")
        name = name.replace("f1", "F1").replace("iou", "IOU")
        taken = f"{_PHRASES[self.output]} are taken{how}"
        refined = [c for c in self.compared if c.output == REFINED]
        if not refined:
            return f"{taken[0].upper()}{taken[1:]}."
        points, error = self.refinement_gain, self.refinement_error
        if points is None:
            best = max(refined, key=lambda c: c.gain)
            points, error = best.gain, best.error
        gain = f"{100 * points:+.1f}"
        where = "the one validation example"
        if error is not None:
            gain, where = f"{gain} ± {100 * error:.1f}", "validation examples"
        used = "used" if self.output == REFINED else "not used"
        return f"Refinement adds {gain} points of {name} on {where}: {used}; {taken}."


def decide_output(
    space: OutputSpace,
    outputs: Mapping[str, np.ndarray],
    y_true: np.ndarray,
    margin: float = MARGIN,
) -> Decision:
    """Compares outputs and decoders on validation examples.

    Args:
      space: The output space, whose `metric_name` is compared.
      outputs: Relaxed outputs of the validation examples, `[N, ...]`, by name, from the
        cheapest to the dearest; the refined ones by walks that were chosen on other
        examples (`held_out_refined`).
      y_true: True outputs, `[N, ...]`.
      margin: The number of standard errors by which a dearer candidate has to be better
        than the one before.
    """
    taken, compared = np.zeros(len(y_true)), list[tuple[Compared, np.ndarray]]()
    for output, y in outputs.items():
        decoders = space.decoders(are_probabilities(output))
        for decoder, values in held_out_values(space, y, y_true, decoders).items():
            gain, error = paired_gain(values, taken)
            is_taken = not compared or gain > margin * error
            metric, error_or_none = float(values.mean()), _finite(error)
            candidate = Compared(output, decoder, metric, gain, error_or_none, is_taken)
            compared.append((candidate, values))
            if is_taken:
                taken, best = values, candidate
    return Decision(
        best.output,
        best.decoder,
        space.metric_name,
        best.metric,
        tuple(candidate for candidate, _ in compared),
        *_gain_of_refinement(compared),
    )


def are_probabilities(output: str) -> bool:
    """Returns whether outputs are probabilities, as all but the refined ones are.

    Args:
      output: The name of the output.
    """
    return output != REFINED


def _gain_of_refinement(
    compared: Sequence[tuple[Compared, np.ndarray]],
) -> tuple[float | None, float | None]:
    """Returns the gain of refined outputs over the candidate taken before them.

    Of two decoders of refined outputs that are taken, the second has a gain over the
    first alone.

    Args:
      compared: All candidates, with the metric of each example, `[N]`.
    """
    before = [v for each, v in compared if each.is_taken and each.output != REFINED]
    refined = [(each, v) for each, v in compared if each.output == REFINED]
    if not before or not refined:
        return None, None
    are_taken = [pair for pair in refined if pair[0].is_taken]
    best = are_taken[-1] if are_taken else max(refined, key=lambda pair: pair[0].gain)
    gain, error = paired_gain(best[1], before[-1])
    return gain, _finite(error)


def _finite(error: float | None) -> float | None:
    """Returns an error as JSON can hold it; None for one that is infinite."""
    return error if error is not None and math.isfinite(error) else None


def paired_gain(
    values: np.ndarray, before: Sequence[float] | np.ndarray
) -> tuple[float, float]:
    """Returns the mean of paired differences, and its standard error.

    Args:
      values: The metric of each example, `[N]`.
      before: The metric of each example to compare with, `[N]`.
    """
    differences = np.asarray(values) - np.asarray(before)
    if len(differences) < 2:
        return float(differences.mean()), math.inf
    error = differences.std(ddof=1) / math.sqrt(len(differences))
    return float(differences.mean()), float(error)
