"""Prints the paper's tables from committed results, ours beside the paper's.

    python -m experiments.tables                       # all three, as Markdown
    python -m experiments.tables --table=2 --format=latex
    python -m experiments.tables --docs=.
    python -m experiments.tables --table=1 --run_missing --jobs=2

The third form writes every table between its marks in README.md and in the pages of
docs/. The last one first does the runs that the table lacks, in `--runs`, and adds
their results to `--results`; the same command goes on where it was interrupted.
"""

import pathlib
import sys
from functools import partial

from absl import app, flags

from experiments.ablation.table import ablation_table
from experiments.cli import data_flags
from experiments.cli.startup import quiet_tensorflow
from experiments.jobs import ray_flags
from experiments.jobs.runner import Failure, failure_text
from experiments.reports.formats import FORMATS, markdown
from experiments.reports.layouts import LAYOUTS, SUMMARY, Layout, layout_of
from experiments.reports.pages import Makers, require_pages, update_pages
from experiments.reports.rows import Table, build_table, row_folders
from experiments.reports.summary import summary_table
from experiments.summaries.collection import Results, load_results
from experiments.summaries.result_file import read_json
from experiments.summaries.result_table import result_table, selection_line
from ldrsp_tf.errors import UsageError

FLAGS = flags.FLAGS
flags.DEFINE_enum(
    "table",
    None,
    ["1", "2", "3", "claim", "controls"],
    "which table of the paper, its claim, or what predicts without a walk",
)
flags.DEFINE_enum("format", "markdown", list(FORMATS), "how it is printed")
flags.DEFINE_string("results", "results", "folder of the results")
flags.DEFINE_string(
    "docs", None, "folder of README.md and docs/, whose tables are to be rewritten"
)
flags.DEFINE_string("figure", None, "PNG file to draw: the claim, or walks (controls)")
flags.DEFINE_bool("run_missing", False, "do the runs that the tables lack, before")
flags.DEFINE_integer("seeds", 5, "seeds of each row, for --run_missing", 1)
flags.DEFINE_integer("jobs", 1, "runs at a time, for --run_missing", 1)
flags.DEFINE_list("tasks", None, "tasks, for --run_missing [all of the table]")
flags.DEFINE_list("methods", None, "methods, for --run_missing [all of the table]")
flags.DEFINE_string("runs", "runs", "folder where they work, for --run_missing")
flags.adopt_module_key_flags(data_flags)
flags.adopt_module_key_flags(ray_flags)


def tables_of(folder: pathlib.Path, number: int | str | None = None) -> list[Table]:
    """The tables of the tasks in the paper, and of others that have results.

    Args:
      folder: Holds `<task>/<method>/seed<k>/result.json`.
      number: The paper's table, or "claim"; all the paper's if None.
    """
    tables = []
    for layout in LAYOUTS:
        results = load_results(folder, layout.task)
        if layout.is_asked(number) and (results or layout.figures):
            tables.append(build_table(layout, results))
    return tables


def table_makers(folder: pathlib.Path) -> Makers:
    """Returns the generators of the marked parts of a page.

    `<!-- table: TASK -->` ... `<!-- end -->` becomes the task's table (as `claim/TASK`
    or `controls/TASK` another table of it, as `summary` that of all tasks),
    `<!-- screen: RUN -->` the last lines that a run such as bibtex/ldrsp/seed0 shows,
    and `<!-- ablations: TASK -->` the table of ablations.

    Args:
      folder: The folder of the results.
    """
    makers = {"table": _table, "screen": _screen, "ablations": _ablations}
    return {kind: partial(make, folder) for kind, make in makers.items()}


def _table(folder: pathlib.Path, name: str) -> str:
    if name == SUMMARY.name:
        return summary_table(SUMMARY, partial(load_results, folder))
    layout = layout_of(name)
    if layout is None:
        known = ", ".join(layout.name for layout in (*LAYOUTS, SUMMARY))
        raise UsageError(f"There is no table of {name!r}; there are {known}.")
    results = load_results(folder, layout.task)
    if not results:
        raise _no_result(folder, name)
    return markdown(build_table(layout, results))


def _ablations(folder: pathlib.Path, task: str) -> str:
    return ablation_table(folder / "ablations", task)


def _screen(folder: pathlib.Path, run: str) -> str:
    result = read_json(folder / run / "result.json")
    if result is None:
        raise _no_result(folder, run)
    screen = f"{selection_line(result)}\n\n{result_table(result, {})}"
    return f"```text\n{screen}\n```"


def _no_result(folder: pathlib.Path, name: str) -> UsageError:
    return UsageError(f"{folder} has no result of {name}; nothing is written.")


def main(argv: list[str]) -> None:
    """Prints or writes."""
    if len(argv) > 1:
        raise app.UsageError(f"{argv[1]!r} is not a flag.")
    folder = pathlib.Path(FLAGS.results)
    try:
        _check_flags()
        failures = _fill(folder) if FLAGS.run_missing else []
        if not folder.is_dir():
            raise UsageError(f"There is no folder {folder}; name one by --results.")
        if FLAGS.docs:
            _write(pathlib.Path(FLAGS.docs), folder)
        else:
            tables = tables_of(folder, _number())
            print(FORMATS[FLAGS.format](tables))
            _draw(tables, folder)
    except (UsageError, OSError) as error:
        sys.exit(f"error: {error}")
    except KeyboardInterrupt:
        sys.exit("\nStopped; the same command goes on with the runs where they were.")
    if failures:
        sys.exit(failure_text(failures))


def _check_flags() -> None:
    if FLAGS.figure and FLAGS.table not in ("claim", "controls"):
        raise UsageError(
            "--figure draws the claim or the walks; add --table=claim or controls."
        )
    for name in ("seeds", "jobs", "tasks", "methods", "runs", "ray_address"):
        if FLAGS[name].present and not FLAGS.run_missing:
            raise UsageError(f"--{name} says what --run_missing does; add it.")


def _draw(tables: list[Table], folder: pathlib.Path) -> None:
    if not FLAGS.figure:
        return
    path = pathlib.Path(FLAGS.figure)
    # Most tables are printed alone, and need not wait for matplotlib.
    if FLAGS.table == "claim":
        from experiments.reports.claim_figure import draw_claim

        draw_claim(tables, path)
    else:
        from experiments.reports.walk_figure import draw_walks

        layouts = [table.layout for table in tables]
        draw_walks({la.title: _in_order(la, folder) for la in layouts}, path)


def _in_order(layout: Layout, folder: pathlib.Path) -> Results:
    """Those of a task, in the order of its table."""
    results = load_results(folder, layout.task)
    folders = row_folders(layout, results)
    return {folder: results[folder] for folder in folders if folder in results}


def _number() -> int | str | None:
    return int(FLAGS.table) if FLAGS.table in ("1", "2", "3") else FLAGS.table


def _fill(folder: pathlib.Path) -> list[Failure]:
    """Does the missing runs; progress goes to standard error, apart from the tables."""
    # Reading results needs no TensorFlow; knowing what can be run does.
    quiet_tensorflow(find_devices=False)
    from experiments.reports.filling import Wanted, fill_tables

    folder.mkdir(parents=True, exist_ok=True)
    return fill_tables(
        folder,
        Wanted(_number(), FLAGS.tasks, FLAGS.methods, FLAGS.seeds),
        (sys.executable, "-m", "experiments.run", *data_flags.given()),
        runs=pathlib.Path(FLAGS.runs),
        at_once=FLAGS.jobs,
        cluster=ray_flags.ray_cluster(FLAGS.jobs),
        report=lambda line: print(line, file=sys.stderr, flush=True),
    )


def _write(root: pathlib.Path, folder: pathlib.Path) -> None:
    if FLAGS.table or FLAGS.format != "markdown":
        raise UsageError(
            "--docs writes every marked table as Markdown; leave out --table and "
            "--format."
        )
    require_pages(root, "--docs")
    for page in update_pages(root, table_makers(folder)):
        print(f"Updated {page}.")


if __name__ == "__main__":
    app.run(main)
