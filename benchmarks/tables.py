"""Prints the measurements as tables, or writes them into the documentation.

    python -m benchmarks.tables --docs=.

The part of a page between `<!-- benchmark: training -->` and `<!-- end -->` is
generated again, and so are those of `curves`, `runs` and `machine`, in README.md and in
the pages of docs/; `<!-- kills: table -->` and `line` are of `benchmarks.kills`.
"""

import pathlib
import sys
from typing import Any

from absl import app, flags

from benchmarks.kill_trials.report import kill_makers
from benchmarks.markdown_tables import PARTS, table_makers
from experiments.cli.flag import PATH, Flag
from experiments.reports.pages import require_pages, update_pages
from experiments.summaries.result_file import read_json
from ldrsp_tf.errors import UsageError

FLAGS = flags.FLAGS
Flag(
    "benchmarks",
    "file of the measurements",
    domain=PATH,
    default="results/benchmarks.json",
).define(FLAGS)
Flag("kills", "file of the kills", domain=PATH, default="results/kills.json").define(
    FLAGS
)
Flag(
    "docs",
    "folder of README.md and docs/, whose tables are to be rewritten",
    domain=PATH,
).define(FLAGS)


def _read(path: str) -> dict[str, Any]:
    content = read_json(pathlib.Path(path))
    if content is None:
        raise UsageError(
            f"There is no {path}; python -m benchmarks.run and benchmarks.kills make "
            "such files."
        )
    return content


def main(argv: list[str]) -> None:
    """Prints the tables, or writes them into the pages."""
    if len(argv) > 1:
        raise app.UsageError(f"{argv[1]!r} is not a flag.")
    try:
        content = _read(FLAGS.benchmarks)
        if FLAGS.docs:
            root = pathlib.Path(FLAGS.docs)
            require_pages(root)
            makers = {**table_makers(content), **kill_makers(_read(FLAGS.kills))}
            for page in update_pages(root, makers):
                print(f"Updated {page}.")
        else:
            print("\n\n".join(table(content) for table in PARTS.values()))
    except (UsageError, OSError) as error:
        sys.exit(f"error: {error}")


if __name__ == "__main__":
    app.run(main)
