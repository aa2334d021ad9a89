"""Prints the paper's tables from committed results, ours beside the paper's.

    python -m experiments.tables                       # all three, as Markdown
    python -m experiments.tables --table=2 --format=latex
    python -m experiments.tables --readme=README.md

The last form writes every table between its marks in that file.
"""

import pathlib
import re
import sys

from absl import app, flags

from experiments.committed_results import load_results
from experiments.result_file import read_json
from experiments.result_table import result_table, selection_line
from experiments.table_formats import FORMATS, markdown
from experiments.table_layouts import LAYOUTS, layout_of
from experiments.table_rows import Table, build_table
from ldrsp_tf.errors import UsageError

FLAGS = flags.FLAGS
flags.DEFINE_enum("table", None, ["1", "2", "3"], "which table of the paper [all]")
flags.DEFINE_enum("format", "markdown", list(FORMATS), "how it is printed")
flags.DEFINE_string("results", "results", "folder of the results")
flags.DEFINE_string("readme", None, "file whose tables are to be rewritten")


def tables_of(folder: pathlib.Path, number: int | None = None) -> list[Table]:
    """The tables of the tasks in the paper, and of others that have results.

    Args:
      folder: Holds `<task>/<method>/seed<k>/result.json`.
      number: The paper's table; all of them if None.
    """
    tables = []
    for layout in LAYOUTS:
        results = load_results(folder, layout.task)
        if number in (None, layout.number) and (results or layout.figures):
            tables.append(build_table(layout, results))
    return tables


def write_tables(text: str, folder: pathlib.Path) -> str:
    """Makes each part of a text anew that stands between marks.

    `<!-- table: TASK -->` ... `<!-- end -->` becomes the task's table, and
    `<!-- screen: RUN -->` ... `<!-- end -->` what a run, such as bibtex/ldrsp/seed0,
    shows at its end.
    """

    def part(match: re.Match) -> str:
        kind, name = match.groups()
        if not any(folder.glob(f"{name}/**/result.json")):
            raise UsageError(f"{folder} has no result of {name}; nothing is written.")
        made = (_table if kind == "table" else _screen)(folder, name)
        return f"<!-- {kind}: {name} -->\n{made}\n<!-- end -->"

    marks = r"<!-- (table|screen): (\S+) -->.*?<!-- end -->"
    return re.sub(marks, part, text, flags=re.S)


def _table(folder: pathlib.Path, task: str) -> str:
    layout = layout_of(task)
    if layout is None:
        known = ", ".join(layout.task for layout in LAYOUTS)
        raise UsageError(f"There is no table of {task!r}; there are {known}.")
    return markdown(build_table(layout, load_results(folder, task)))


def _screen(folder: pathlib.Path, run: str) -> str:
    result = read_json(folder / run / "result.json")
    screen = f"{selection_line(result)}\n\n{result_table(result, {})}"
    return f"```text\n{screen}\n```"


def main(argv: list[str]) -> None:
    """Prints or writes."""
    if len(argv) > 1:
        raise app.UsageError(f"{argv[1]!r} is not a flag.")
    folder = pathlib.Path(FLAGS.results)
    try:
        if not folder.is_dir():
            raise UsageError(f"There is no folder {folder}; name one by --results.")
        if FLAGS.readme:
            _write(pathlib.Path(FLAGS.readme), folder)
        else:
            tables = tables_of(folder, FLAGS.table and int(FLAGS.table))
            print(FORMATS[FLAGS.format](tables))
    except (UsageError, OSError) as error:
        sys.exit(f"error: {error}")


def _write(readme: pathlib.Path, folder: pathlib.Path) -> None:
    if FLAGS.table or FLAGS.format != "markdown":
        raise UsageError(
            "--readme writes every marked table as Markdown; leave out --table and "
            "--format."
        )
    readme.write_text(write_tables(readme.read_text(), folder))


if __name__ == "__main__":
    app.run(main)
