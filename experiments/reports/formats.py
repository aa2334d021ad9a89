"""Tables as Markdown, LaTeX and CSV."""

import csv
import io
import re
from collections.abc import Callable, Sequence
from typing import NamedTuple

from experiments.cli.markdown import markdown_table
from experiments.reports.columns import (
    Column,
    GainColumn,
    PaperColumn,
    PaperGainColumn,
    ScoreColumn,
)
from experiments.reports.notes import table_notes
from experiments.reports.rows import Row, Table
from experiments.summaries.labels import run_flags
from experiments.summaries.statistics import Summary

_CSV_HEADINGS = (
    *("table", "task", "method", "row", "column"),
    *("mean", "deviation", "low", "high", "seeds"),
)


_LATEX_PREAMBLE = r"% Needs \usepackage{booktabs} in the preamble."


_LATEX_CHARACTERS = {
    **{character: "\\" + character for character in "%&_#${}"},
    "\\": r"\textbackslash{}",
    "^": r"\textasciicircum{}",
    "~": r"\textasciitilde{}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    "±": r"$\pm$",
}


def markdown(table: Table) -> str:
    """Returns a table in Markdown, with the flags of each row and notes; no title."""
    lines = [[*_headings(table), "flags"]]
    for row in table.rows:
        cells = [f"**{text}**" if bold else text for text, bold in _cells(table, row)]
        lines.append([*cells, _flags(row)])
    command = f"python -m experiments.run --task={table.layout.task}"
    if table.layout.controls:
        command += " --controls"
    flags = (
        f"A row comes from `{command}` with its flags, once for each `--seed=0`, `1`, "
        "..."
    )
    return "\n\n".join([markdown_table(lines), *table_notes(table), flags])


def _flags(row: Row) -> str:
    return " ".join(f"`{flag}`" for flag in run_flags(row.folder))


def latex(table: Table) -> str:
    """Returns a `table` environment of LaTeX, which needs the package booktabs."""
    caption = _latex_text(f"{table.layout.title}: {table.layout.quantity}")
    rows = [
        [
            rf"\textbf{{{_latex_text(text)}}}" if bold else _latex_text(text)
            for text, bold in _cells(table, row)
        ]
        for row in table.rows
    ]
    headings = [_latex_text(heading) for heading in _headings(table)]
    return "\n".join(
        [
            r"\begin{table}",
            rf"\caption{{{caption}}}",
            rf"\label{{tab:{_latex_label(table.layout.name)}}}",
            rf"\begin{{tabular}}{{l{'r' * (len(headings) - 1)}}}",
            r"\toprule",
            " & ".join(headings) + r" \\",
            r"\midrule",
            *(" & ".join(row) + r" \\" for row in rows),
            r"\bottomrule",
            r"\end{tabular}",
            r"\par\footnotesize",
            *(_latex_text(note) + r"\par" for note in table_notes(table)),
            r"\end{table}",
        ]
    )


def comma_separated(tables: Sequence[Table]) -> str:
    """Returns all tables as one CSV file with one heading, one figure a line."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(_CSV_HEADINGS)
    for table in tables:
        for row in table.rows:
            run = (table.layout.number, table.layout.task, row.folder, row.outputs)
            for column, cell in zip(table.columns, row.cells):
                if cell is not None:
                    writer.writerow([*run, column.heading, *_csv_cells(column, cell)])
    return text.getvalue().rstrip("\n")


def _csv_cells(column: Column, cell: Summary) -> list[str]:
    figures = (cell.mean, cell.deviation, cell.low, cell.high)
    seeds = "" if isinstance(column, PaperColumn) else str(cell.count)
    # Twelve digits are all that is measured, without the tails of binary fractions.
    return [*("" if f is None else f"{f:.12g}" for f in figures), seeds]


def _markdown_document(tables: Sequence[Table]) -> str:
    return "\n\n".join(
        f"### {_title(table.layout.number)}, {table.layout.title}: "
        f"{table.layout.quantity}\n\n{markdown(table)}"
        for table in tables
    )


def _title(number: int | str) -> str:
    return f"Table {number}" if isinstance(number, int) else number.capitalize()


def _latex_document(tables: Sequence[Table]) -> str:
    return "\n\n".join([_LATEX_PREAMBLE, *map(latex, tables)])


FORMATS: dict[str, Callable[[Sequence[Table]], str]] = {
    "markdown": _markdown_document,
    "latex": _latex_document,
    "csv": comma_separated,
}


class _Cell(NamedTuple):
    text: str
    bold: bool = False


def _headings(table: Table) -> list[str]:
    return ["method", *(column.heading for column in table.columns), "seeds"]


def _cells(table: Table, row: Row) -> list[_Cell]:
    figures = [
        _Cell(_figure(table, row, index), table.is_best(row, index))
        for index in range(len(table.columns))
    ]
    return [_Cell(row.label), *figures, _Cell(row.status)]


def _figure(table: Table, row: Row, index: int) -> str:
    column, cell, decimals = (
        table.columns[index],
        row.cells[index],
        table.layout.decimals,
    )
    if cell is None:
        return "-"
    if isinstance(column, PaperColumn) and not isinstance(column, PaperGainColumn):
        text = f"{cell.mean:.{decimals}f}"
        # The paper gives one figure with a digit more than its neighbors.
        return text if float(text) == cell.mean else f"{cell.mean:g}"
    if isinstance(column, ScoreColumn):
        return f"{cell.mean:.2g}"
    sign = "+" if isinstance(column, GainColumn | PaperGainColumn) else ""
    text = f"{cell.mean:{sign}.{decimals}f}"
    if isinstance(column, GainColumn) and column.interval and cell.low is not None:
        text += f" [{cell.low:+.{decimals}f}, {cell.high:+.{decimals}f}]"
    elif cell.deviation is not None:
        text += f" ± {cell.deviation:.{decimals}f}"
    if isinstance(column, GainColumn):
        return f"{text}*" if cell.excludes_zero else text
    if isinstance(column, PaperGainColumn):
        return text
    return text if cell.count == row.seeds else f"{text} (of {cell.count})"


def _latex_label(name: str) -> str:
    """Returns a name in letters, digits and hyphens."""
    return re.sub(r"[^A-Za-z0-9]+", "-", name)


def _latex_text(text: str) -> str:
    """Escapes special characters of LaTeX, and sets minus signs and code."""
    text = "".join(_LATEX_CHARACTERS.get(character, character) for character in text)
    text = re.sub(r"(?<![\w.-])-(?=\d)", "$-$", text)
    return re.sub(r"`([^`]+)`", r"\\texttt{\1}", text)
