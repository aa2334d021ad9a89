"""The rows of a table, as data: the paper's methods, ours, then other networks."""

import dataclasses

from experiments.configs.paper_figures import ONLY_PUBLISHED, TABLE_1
from experiments.reports.columns import Column, MetricColumn
from experiments.reports.layouts import Layout
from experiments.summaries.collection import Results
from experiments.summaries.labels import row_label, split_folder
from experiments.summaries.result_file import rows_of_result
from experiments.summaries.statistics import Summary

OURS = "ldrsp_plus"


@dataclasses.dataclass(frozen=True)
class Row:
    """A row of a method.

    Attributes:
      folder: The method's, `<method>[-<networks>]`.
      row: `generator` or `refined`.
      label: What the table calls it.
      cells: A figure or None for each column of the table.
      seeds: How many results it is made of.
    """

    folder: str
    row: str
    label: str
    cells: tuple[Summary | None, ...]
    seeds: int

    @property
    def status(self) -> str:
        """How many seeds there are, or why there is none."""
        if self.seeds:
            return str(self.seeds)
        return "not re-run" if self.folder in ONLY_PUBLISHED else "not measured"


@dataclasses.dataclass(frozen=True)
class Table:
    """A layout filled with figures; `columns` are those that have any."""

    layout: Layout
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]

    def is_best(self, row: Row, column: int) -> bool:
        """Whether none of our rows shows a larger figure in that column."""
        if row.cells[column] is None or not isinstance(
            self.columns[column], MetricColumn
        ):
            return False
        shown = [
            round(other.cells[column].mean, self.layout.decimals)
            for other in self.rows
            if other.cells[column] is not None
        ]
        return round(row.cells[column].mean, self.layout.decimals) == max(shown)


def build_table(layout: Layout, results: Results) -> Table:
    """Fills a layout.

    Args:
      layout: Of the task.
      results: Of the same task, method's folder -> results.
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
    """Folders: the paper's methods, ours, any other, and then the other networks.

    A task that the paper does not have keeps the order of its first table.
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
    """The rows that the paper has of a method, and those that our results have."""
    ours = results.get(folder, [])
    measured = [row for result in ours for row in rows_of_result(result)]
    names = dict.fromkeys([*layout.figures.get(folder, {}), *measured])
    if not names:
        names = dict.fromkeys(("generator", "refined"))
    names = [name for name in names if name in layout.rows]
    return [
        Row(
            folder=folder,
            row=name,
            label=row_label(folder, name, len(names), layout.network),
            cells=tuple(column.cell(folder, name, ours) for column in layout.columns),
            seeds=sum(name in rows_of_result(result) for result in ours),
        )
        for name in names
    ]
