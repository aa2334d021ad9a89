"""The gain of each output of `auto` over the control of the same run."""

import dataclasses
import statistics
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from experiments.suite.rows import DECODERS, ComparedRow, choose_rows
from experiments.summaries.statistics import Summary, paired_gain, summarize
from ldrsp_tf.errors import UsageError


@dataclasses.dataclass(frozen=True)
class Comparison:
    """Outputs of `auto` and the controls that they are compared with.

    Attributes:
      metric: The name of the metric, as a sentence has it.
      controls: As many generators as `auto` predicts with, trained on all rows: the
        predictions without D, by the name of their decoder.
      outputs: The outputs that D has a part in, and the one that `auto` takes.
    """

    metric: str
    controls: Mapping[str, ComparedRow]
    outputs: tuple[ComparedRow, ...]


(_ENSEMBLE,) = choose_rows(("ensemble",))

TAGS = Comparison(
    metric="F1",
    controls={
        name: _ENSEMBLE.decided_by((metric,), name) for name, metric in DECODERS.items()
    },
    outputs=choose_rows(("own", "average", "average_pretrained", "refined", "auto")),
)

_IOU = ("mean_iou",)

SHAPES = Comparison(
    metric="mean IOU",
    controls={"argmax": _ENSEMBLE.decided_by(_IOU)},
    outputs=tuple(row.decided_by(_IOU) for row in TAGS.outputs),
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
    controls = {
        decoder: [_percent(row, result, comparison) for result in results]
        for decoder, row in comparison.controls.items()
    }
    best = max(controls, key=lambda decoder: statistics.fmean(controls[decoder]))
    control = summarize(controls[best])
    gains = {}
    for row in comparison.outputs:
        figures = [_percent(row, result, comparison) for result in results]
        gain = paired_gain(figures, controls[best])
        assert gain is not None  # There are results, and each has the figure.
        gains[row.name] = gain
    taken = Counter(result["selected"]["decision"]["output"] for result in results)
    assert control is not None
    return Gains(best, control, gains, dict(taken))


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
