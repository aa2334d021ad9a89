"""Notes below a table, on how to read it and which runs it lacks."""

from experiments.configs.paper_figures import RECONSTRUCTED
from experiments.reports.columns import GainColumn, MetricColumn
from experiments.reports.rows import Table
from experiments.summaries.labels import TITLES
from experiments.summaries.statistics import Summary


def table_notes(table: Table) -> list[str]:
    """Returns the sentences below a table; commands stand between backticks."""
    return [
        *_reading(table),
        *_reconstructed(table),
        *_gains(table),
        *_missing(table),
    ]


def _reading(table: Table) -> list[str]:
    if not any(row.seeds for row in table.rows):
        return []
    metrics = [column for column in table.columns if isinstance(column, MetricColumn)]
    if not metrics:
        return ["Mean over seeds; in brackets its 95 % confidence interval."]
    return [
        "Mean ± standard deviation over seeds; bold: the best of our rows.",
        *(column.remark for column in metrics if column.remark),
    ]


def _reconstructed(table: Table) -> list[str]:
    measured = dict.fromkeys(row.folder for row in table.rows if row.seeds)
    return [
        f"Our {TITLES[folder]} is a reconstruction: {RECONSTRUCTED[folder]}."
        for folder in measured
        if folder in RECONSTRUCTED
    ]


def _gains(table: Table) -> list[str]:
    gains = _gain_cells(table)
    if not gains:
        return []
    line = f"{table.layout.gain}, in points"
    if all(gain.count == 1 for gain in gains):
        return [f"{line}; one seed each, so there is no estimate of chance."]
    return [
        f"{line}, paired over seeds. A star marks a mean whose 95 % confidence "
        "interval (Student's t) excludes 0; the interval covers other seeds, not other "
        "test rows."
    ]


def _gain_cells(table: Table) -> list[Summary]:
    return [
        cell
        for row in table.rows
        for column, cell in zip(table.columns, row.cells)
        if isinstance(column, GainColumn) and cell is not None
    ]


def _missing(table: Table) -> list[str]:
    missing = list(dict.fromkeys(row.folder for row in table.rows if not row.seeds))
    if not missing:
        return []
    names = ", ".join(f"`{method}`" for method in missing)
    return [
        f"Not measured: {names}. Run them with `python -m experiments.tables "
        f"--table={table.layout.number} --tasks={table.layout.task} --run_missing`."
    ]
