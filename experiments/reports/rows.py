"""The rows of a table, as data: the paper's methods, ours, then other networks."""

import dataclasses

from experiments.configs.paper_figures import TABLE_1
from experiments.reports.columns import Column, MetricColumn
from experiments.reports.layouts import Layout
from experiments.summaries.collection import Results
from experiments.summaries.labels import row_label, split_folder
from experiments.summaries.result_file import metrics_by_outputs
from experiments.summaries.statistics import Summary

OURS = "ldrsp_plus"


@dataclasses.dataclass(frozen=True)
class Row:
    """A row of a table: some outputs of a method.

    Attributes:
      folder: The method's folder, `<method>[-<networks>]`.
      outputs: The name of the outputs: `generator`, `refined` or a control.
      label: The label, in the paper's words.
      cells: A figure or None for each column of the table.
      seeds: The number of results that the figures are computed from.
    """

    folder: str
    outputs: str
    label: str
    cells: tuple[Summary | None, ...]
    seeds: int

    @property
    def status(self) -> str:
        """The number of seeds, or that there is none."""
        return str(self.seeds) if self.seeds else "not measured"


@dataclasses.dataclass(frozen=True)
class Table:
    """A layout filled with figures.

    Attributes:
      layout: The layout.
      columns: The columns of the layout that have any figure.
      rows: The rows from top to bottom.
    """

    layout: Layout
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]

    def is_best(self, row: Row, column: int) -> bool:
        """Returns whether none of our rows shows a larger figure in that column.

        Args:
          row: A row of the table.
          column: The index of the column; only metrics have a best row.
        """
        cell = row.cells[column]
        if cell is None or not isinstance(self.columns[column], MetricColumn):
            return False
        others = [other.cells[column] for other in self.rows]
        shown = [self._shown(other) for other in others if other is not None]
        return self._shown(cell) == max(shown)

    def _shown(self, cell: Summary) -> float:
        return round(cell.mean, self.layout.decimals)


def build_table(layout: Layout, results: Results) -> Table:
    """Fills a layout with the figures of results.

    Args:
      layout: The layout.
      results: The results of its task, method's folder -> results.
    """
    rows = [
        row
        for folder in row_folders(layout, results)
        for row in _rows(layout, results, folder)
    ]
    kept = [
        index
        for index in range(len(layout.columns))
        if any(row.cells[index] is not None for row in rows)
    ]
    return Table(
        layout=layout,
        columns=tuple(layout.columns[index] for index in kept),
        rows=tuple(
            dataclasses.replace(row, cells=tuple(row.cells[index] for index in kept))
            for row in rows
        ),
    )


def row_folders(layout: Layout, results: Results) -> list[str]:
    """Returns folders in order: the paper's methods, ours, others, other networks.

    A task that is not in the paper has the order of the paper's first table.

    Args:
      layout: The layout of the table.
      results: The results of its task, method's folder -> results.
    """
    if layout.methods:
        return [folder for folder in layout.methods if folder in results]
    known = list(dict.fromkeys([*layout.figures, OURS]))
    others = sorted(folder for folder in results if folder not in known)
    methods = [*known, *(folder for folder in others if not split_folder(folder)[1])]
    if not layout.figures:
        order = [*TABLE_1["bibtex"], OURS]
        methods.sort(key=lambda m: order.index(m) if m in order else len(order))

    def place(variant: str) -> tuple[int, str]:
        method, networks = split_folder(variant)
        return methods.index(method) if method in methods else len(methods), networks

    variants = [folder for folder in others if split_folder(folder)[1]]
    return [*methods, *sorted(variants, key=place)]


def _rows(layout: Layout, results: Results, folder: str) -> list[Row]:
    """Returns a method's rows, of the outputs in the paper and in our results."""
    ours = results.get(folder, [])
    measured = [name for result in ours for name in metrics_by_outputs(result)]
    known = list(dict.fromkeys([*layout.figures.get(folder, {}), *measured]))
    names = [n for n in known or ("generator", "refined") if n in layout.outputs]
    return [
        Row(
            folder=folder,
            outputs=name,
            label=layout.labels.get(
                folder, row_label(folder, name, len(names), layout.network)
            ),
            cells=tuple(column.cell(folder, name, ours) for column in layout.columns),
            seeds=sum(name in metrics_by_outputs(result) for result in ours),
        )
        for name in names
    ]
