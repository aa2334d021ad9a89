"""What a few seeds say: mean, deviation and the interval of the mean."""

import math
import statistics
from collections.abc import Sequence
from typing import NamedTuple

from scipy.special import stdtrit

CONFIDENCE = 0.95


class Summary(NamedTuple):
    """What is known of a quantity from one value a seed.

    Attributes:
      mean: Of the values.
      count: How many there are.
      deviation: Their standard deviation (of a sample); None with one value.
      low, high: Bounds of the confidence interval of the mean; None with one value.
    """

    mean: float
    count: int
    deviation: float | None = None
    low: float | None = None
    high: float | None = None

    @property
    def excludes_zero(self) -> bool:
        """Whether 0 lies outside the interval; never so with one value."""
        return self.low is not None and not self.low <= 0 <= self.high


def summarize(values: Sequence[float]) -> Summary | None:
    """The summary of values `[S]`, with Student's t interval; None without values."""
    if not values:
        return None
    mean, count = statistics.fmean(values), len(values)
    if count == 1:
        return Summary(mean, count)
    deviation = statistics.stdev(values)
    quantile = float(stdtrit(count - 1, (1 + CONFIDENCE) / 2))
    half_width = quantile * deviation / math.sqrt(count)
    return Summary(mean, count, deviation, mean - half_width, mean + half_width)


def paired_gain(
    treated: Sequence[float | None], control: Sequence[float | None]
) -> Summary | None:
    """The summary of treated - control, of each seed by itself.

    Pairs remove what is common to both values of a seed (its weights, its split), so
    the interval is that of the paired t test.

    Args:
      treated: `[S]`, None where a seed has no such value.
      control: `[S]`, of the same seeds in the same order.

    Returns:
      The summary over the seeds that have both values; None if none has.
    """
    return summarize(
        [
            after - before
            for after, before in zip(treated, control, strict=True)
            if after is not None and before is not None
        ]
    )
