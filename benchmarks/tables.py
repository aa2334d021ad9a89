"""Prints the measurements as tables, or writes them into the documentation.

    python -m benchmarks.tables --docs=.

The part of a page between `<!-- benchmark: training -->` and `<!-- end -->` is
generated again, and so are those of `curves`, `runs` and `machine`, in README.md and in
the pages of docs/.
"""

import pathlib
import sys

from absl import app, flags

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
Flag(
    "docs",
    "folder of README.md and docs/, whose tables are to be rewritten",
    domain=PATH,
).define(FLAGS)


def main(argv: list[str]) -> None:
    """Prints the tables, or writes them into the pages."""
    if len(argv) > 1:
        raise app.UsageError(f"{argv[1]!r} is not a flag.")
    try:
        content = read_json(pathlib.Path(FLAGS.benchmarks))
        if content is None:
            raise UsageError(
                f"There is no {FLAGS.benchmarks}; python -m benchmarks.run makes it."
            )
        if FLAGS.docs:
            root = pathlib.Path(FLAGS.docs)
            require_pages(root, "--docs")
            for page in update_pages(root, table_makers(content)):
                print(f"Updated {page}.")
        else:
            print("\n\n".join(table(content) for table in PARTS.values()))
    except (UsageError, OSError) as error:
        sys.exit(f"error: {error}")


if __name__ == "__main__":
    app.run(main)
