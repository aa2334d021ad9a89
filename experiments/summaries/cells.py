"""Summaries over seeds as the texts of a table's cells; "-" where there is none."""

from experiments.summaries.statistics import Summary


def mean_text(figure: Summary | None, digits: int = 1) -> str:
    """Returns the mean, and the standard deviation of more than one value.

    Args:
      figure: The summary; None for none.
      digits: The number of decimals.
    """
    if figure is None:
        return "-"
    mean = f"{figure.mean:.{digits}f}"
    if figure.deviation is None:
        return mean
    return f"{mean} ± {figure.deviation:.{digits}f}"


def interval_text(gain: Summary | None) -> str:
    """Returns a gain with its sign, and the interval of more than one value."""
    if gain is None:
        return "-"
    if gain.low is None:
        return f"{gain.mean:+.1f}"
    return f"{gain.mean:+.1f} [{gain.low:+.1f}, {gain.high:+.1f}]"


def gain_text(gain: Summary | None) -> str:
    """Returns `interval_text`, with a star where the interval excludes 0."""
    star = "*" if gain is not None and gain.excludes_zero else ""
    return f"{interval_text(gain)}{star}"
