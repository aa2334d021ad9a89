"""Statistics over seeds: mean, deviation and the confidence interval of the mean."""

import dataclasses
import math
import statistics
from collections.abc import Sequence

from scipy.special import stdtrit

CONFIDENCE = 0.95


@dataclasses.dataclass(frozen=True)
class Summary:
    """Statistics of a quantity with one value a seed.

    Attributes:
      mean: The mean of the values.
      count: The number of values.
      deviation: The sample standard deviation of the values; None with one value.
      low, high: Bounds of the confidence interval of the mean; None with one value.
    """

    mean: float
    count: int
    deviation: float | None = None
    low: float | None = None
    high: float | None = None

    @property
    def excludes_zero(self) -> bool:
        """Whether 0 lies outside the interval; False with one value."""
        if self.low is None or self.high is None:
            return False
        return not self.low <= 0 <= self.high


def summarize(values: Sequence[float]) -> Summary | None:
    """Returns the summary of values `[S]`, with Student's t interval; None of none."""
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
    """Returns the summary of the differences treated - control, seed by seed.

    Pairs remove what is common to both values of a seed (its weights, its split), so
    the interval is that of the paired t test.

    Args:
      treated: The value of each seed, `[S]`; None where a seed has none.
      control: The value to subtract, `[S]`, of the same seeds in the same order.

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
