"""The columns that a table may have: each gives the figure of a row."""

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any

from experiments.summaries.result_file import rows_of_result
from experiments.summaries.statistics import Summary, paired_gain, summarize

Figures = Mapping[str, Mapping[str, float]]


Results = Sequence[Mapping[str, Any]]


@dataclasses.dataclass(frozen=True)
class PaperColumn:
    """The paper's figures, method -> row -> percent."""

    heading: str
    figures: Figures

    def cell(self, folder: str, row: str, results: Results) -> Summary | None:
        """The paper's figure of that row."""
        figure = self.figures.get(folder, {}).get(row)
        return None if figure is None else summarize([figure])


@dataclasses.dataclass(frozen=True)
class MetricColumn:
    """A metric of our results, in percent; `remark` stands below the table."""

    heading: str
    metric: str
    remark: str = ""

    def cell(self, folder: str, row: str, results: Results) -> Summary | None:
        """The summary over the seeds that have the metric."""
        values = _percents(results, row, self.metric)
        return summarize([value for value in values if value is not None])


@dataclasses.dataclass(frozen=True)
class GainColumn:
    """Refined metric minus a metric of the same seed's G, in points.

    Attributes:
      interval: Whether the interval of the mean stands beside it, instead of the
        deviation.
    """

    heading: str
    metric: str
    control: str
    interval: bool = False

    def cell(self, folder: str, row: str, results: Results) -> Summary | None:
        """The gain, which stands in the refined row."""
        if row != "refined":
            return None
        return paired_gain(
            _percents(results, "refined", self.metric),
            _percents(results, "generator", self.control),
        )


class ControlGainColumn(GainColumn):
    """Refined metric minus a metric of the row, by the decoder that suits it best."""

    def cell(self, folder: str, row: str, results: Results) -> Summary | None:
        """The gain over a row, which stands in it."""
        if row == "refined":
            return None
        return paired_gain(
            _percents(results, "refined", self.metric),
            _percents(results, row, self.control),
        )


@dataclasses.dataclass(frozen=True)
class PaperGainColumn(PaperColumn):
    """The paper's gains of refinement, in points, of methods with both rows."""

    def cell(self, folder: str, row: str, results: Results) -> Summary | None:
        """The paper's refined figure minus that of G."""
        published = self.figures.get(folder, {})
        if row != "refined" or not {"generator", "refined"} <= set(published):
            return None
        return summarize([published["refined"] - published["generator"]])


@dataclasses.dataclass(frozen=True)
class ScoreColumn:
    """A figure of D's score on the test rows (`ldrsp_tf.evaluation.diagnostics`)."""

    heading: str
    name: str

    def cell(self, folder: str, row: str, results: Results) -> Summary | None:
        """The summary over the seeds; it stands in the refined row."""
        if row != "refined":
            return None
        return summarize(
            [result["score"][self.name] for result in results if "score" in result]
        )


Column = PaperColumn | MetricColumn | GainColumn | ScoreColumn


def _percents(results: Results, row: str, metric: str) -> list[float | None]:
    values = [rows_of_result(result).get(row, {}).get(metric) for result in results]
    return [None if value is None else 100 * value for value in values]
