"""Prints what was measured as tables, or writes them into the README.

    python -m benchmarks.tables --readme=README.md

The part of a file between `<!-- benchmark: training -->` and `<!-- end -->` is made
anew, and so are those of `curves`, `runs` and `machine`.
"""

import pathlib
import sys

from absl import app, flags

from benchmarks.markdown_tables import PARTS, write_tables
from experiments.summaries.result_file import read_json
from ldrsp_tf.errors import UsageError

FLAGS = flags.FLAGS
flags.DEFINE_string("benchmarks", "results/benchmarks.json", "what was measured")
flags.DEFINE_string("readme", None, "file whose tables are to be rewritten")


def main(argv: list[str]) -> None:
    """Prints or writes."""
    if len(argv) > 1:
        raise app.UsageError(f"{argv[1]!r} is not a flag.")
    try:
        content = read_json(pathlib.Path(FLAGS.benchmarks))
        if content is None:
            raise UsageError(
                f"There is no {FLAGS.benchmarks}; python -m benchmarks.run makes it."
            )
        if FLAGS.readme:
            readme = pathlib.Path(FLAGS.readme)
            readme.write_text(write_tables(readme.read_text(), content))
        else:
            print("\n\n".join(table(content) for table in PARTS.values()))
    except (UsageError, OSError) as error:
        sys.exit(f"error: {error}")


if __name__ == "__main__":
    app.run(main)
