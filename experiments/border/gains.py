"""The gain of each output of `auto` over the control of the same run."""

import dataclasses
import statistics
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from experiments.border.plan import METHOD
from experiments.suite.rows import ComparedRow, choose_rows
from experiments.summaries.statistics import Summary, paired_gain, summarize
from ldrsp_tf.errors import UsageError


@dataclasses.dataclass(frozen=True)
class Comparison:
    """Outputs of `auto` and the controls that they are compared with.

    Attributes:
      metric: The name of the metric, as a sentence has it.
      controls: As many generators as `auto` predicts with, trained on all rows, by
        each decoder: the predictions without D.
      outputs: The outputs that D has a part in, and the one that `auto` takes.
    """

    metric: str
    controls: tuple[ComparedRow, ...]
    outputs: tuple[ComparedRow, ...]


TAGS = Comparison(
    metric="F1",
    controls=tuple(
        ComparedRow(
            decoder, f"ensemble of G, {decoder}", METHOD, "generator", (metric,), True
        )
        for decoder, metric in (("tuned", "f1_tuned"), ("plug-in", "f1_plugin"))
    ),
    outputs=choose_rows(("own", "average", "average_pretrained", "refined", "auto")),
)

_IOU = ("mean_iou",)

SHAPES = Comparison(
    metric="mean IOU",
    controls=(ComparedRow("argmax", "ensemble of G", METHOD, "generator", _IOU, True),),
    outputs=(
        ComparedRow("own", "D's prediction", METHOD, "own", _IOU, True),
        ComparedRow("average", "mean of G and D", METHOD, "average", _IOU, True),
        ComparedRow(
            "average_pretrained",
            "mean of G and D before Eq. 10",
            METHOD,
            "average_pretrained",
            _IOU,
            True,
        ),
        ComparedRow("refined", "always refined", METHOD, "refined", _IOU),
        ComparedRow("auto", "auto", METHOD, "decided", _IOU),
    ),
)


@dataclasses.dataclass(frozen=True)
class Gains:
    """The figures of the seeds of one data set.

    Attributes:
      decoder: The decoder of the control: the better one in the mean over seeds, on
        *test* rows. Nobody could have known it; so no gain is one over a bad choice.
      control: The metric of the control, in percent.
      gains: The paired gain over it of each output, in points, by name.
      taken: The number of seeds that took each output on validation rows, by name.
    """

    decoder: str
    control: Summary
    gains: Mapping[str, Summary]
    taken: Mapping[str, int]


def measure_gains(
    results: Sequence[Mapping[str, Any]], comparison: Comparison = TAGS
) -> Gains | None:
    """Returns the gains in results of `auto` on one data set; None without results.

    Args:
      results: The content of result files, one a seed.
      comparison: The outputs and controls to compare.

    Raises:
      UsageError: A result lacks an output.
    """
    if not results:
        return None
    controls = [
        [_percent(row, result, comparison) for result in results]
        for row in comparison.controls
    ]
    best = max(
        range(len(controls)), key=lambda place: statistics.fmean(controls[place])
    )
    control = summarize(controls[best])
    gains = {}
    for row in comparison.outputs:
        figures = [_percent(row, result, comparison) for result in results]
        gain = paired_gain(figures, controls[best])
        assert gain is not None  # There are results, and each has the figure.
        gains[row.name] = gain
    taken = Counter(result["selected"]["decision"]["output"] for result in results)
    assert control is not None
    return Gains(comparison.controls[best].name, control, gains, dict(taken))


def _percent(
    row: ComparedRow, result: Mapping[str, Any], comparison: Comparison
) -> float:
    figure = row.figure(result)
    if figure is None:
        raise UsageError(
            f"The result of {result['task']}/{result['method']}, seed "
            f"{result['seed']}, has no {comparison.metric} of {row.outputs}; make it "
            "anew with experiments.run."
        )
    return 100 * figure
