"""The columns that a table may have, each of which computes the figure of a row.

The arguments of every `cell` are the method's folder, the name of the outputs that the
row is about (`generator`, `refined` or a control) and the method's result of each seed.
"""

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any

from experiments.summaries.result_file import metrics_by_outputs
from experiments.summaries.statistics import Summary, paired_gain, summarize

# The paper's figures: method -> outputs -> percent.
Figures = Mapping[str, Mapping[str, float]]


Results = Sequence[Mapping[str, Any]]


@dataclasses.dataclass(frozen=True)
class PaperColumn:
    """The paper's figures.

    Attributes:
      heading: The heading.
      figures: The figures of all methods.
    """

    heading: str
    figures: Figures

    def cell(self, folder: str, outputs: str, results: Results) -> Summary | None:
        """Returns the paper's figure of those outputs."""
        figure = self.figures.get(folder, {}).get(outputs)
        return None if figure is None else summarize([figure])


@dataclasses.dataclass(frozen=True)
class MetricColumn:
    """A metric of our results, in percent.

    Attributes:
      heading: The heading.
      metric: The metric's name in result files.
      remark: A note on the metric, printed below the table.
    """

    heading: str
    metric: str
    remark: str = ""

    def cell(self, folder: str, outputs: str, results: Results) -> Summary | None:
        """Returns the summary over the seeds that have the metric."""
        values = _percents(results, outputs, self.metric)
        return summarize([value for value in values if value is not None])


@dataclasses.dataclass(frozen=True)
class GainColumn:
    """The refined metric minus a metric of the same seed's G, in points.

    Attributes:
      heading: The heading.
      metric: The metric of the refined outputs.
      control: The metric of the outputs that they are compared with.
      interval: Whether the gain is printed with the interval of its mean, instead of
        its deviation.
    """

    heading: str
    metric: str
    control: str
    interval: bool = False

    def cell(self, folder: str, outputs: str, results: Results) -> Summary | None:
        """Returns the gain, which stands in the refined row."""
        if outputs != "refined":
            return None
        return paired_gain(
            _percents(results, "refined", self.metric),
            _percents(results, "generator", self.control),
        )


class ControlGainColumn(GainColumn):
    """The refined metric minus a metric of the row, by the row's best decoder."""

    def cell(self, folder: str, outputs: str, results: Results) -> Summary | None:
        """Returns the gain over the row's outputs, which stands in that row."""
        if outputs == "refined":
            return None
        return paired_gain(
            _percents(results, "refined", self.metric),
            _percents(results, outputs, self.control),
        )


@dataclasses.dataclass(frozen=True)
class PaperGainColumn(PaperColumn):
    """The paper's gains of refinement, in points, of methods with both figures."""

    def cell(self, folder: str, outputs: str, results: Results) -> Summary | None:
        """Returns the paper's refined figure minus that of G."""
        published = self.figures.get(folder, {})
        if outputs != "refined" or not {"generator", "refined"} <= set(published):
            return None
        return summarize([published["refined"] - published["generator"]])


@dataclasses.dataclass(frozen=True)
class ScoreColumn:
    """A figure of D's score on the test rows (`ldrsp_tf.evaluation.diagnostics`).

    Attributes:
      heading: The heading.
      name: The figure's name in result files.
    """

    heading: str
    name: str

    def cell(self, folder: str, outputs: str, results: Results) -> Summary | None:
        """Returns the summary over the seeds, which stands in the refined row."""
        if outputs != "refined":
            return None
        return summarize(
            [result["score"][self.name] for result in results if "score" in result]
        )


Column = PaperColumn | MetricColumn | GainColumn | ScoreColumn


def _percents(results: Results, outputs: str, metric: str) -> list[float | None]:
    measured = [metrics_by_outputs(result).get(outputs, {}) for result in results]
    values = [metrics.get(metric) for metrics in measured]
    return [None if value is None else 100 * value for value in values]
