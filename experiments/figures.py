"""Draws the refinement of a finished run, as PNG files in its folder.

    python -m experiments.figures --run=runs/weizmann_horse/ldrsp_plus/seed0

Images: the input, the ground truth, G's output, steps between and the refined output,
for the test images with the largest gain, around the median, and with the largest loss.
Curves: the metric, D's score and the oracle value along the steps, also far beyond the
chosen number.
"""

import pathlib
import sys
from collections.abc import Sequence

from experiments.cli.command import Command
from experiments.cli.data_flags import DATA_FLAGS
from experiments.cli.errors import one_sentence_errors
from experiments.cli.flag import PATH, Flag
from experiments.cli.startup import quiet_tensorflow
from ldrsp_tf.settings import Domain

COMMAND = Command(
    __doc__,
    (
        Flag("run", "folder of a finished run", "main", PATH, required=True),
        *DATA_FLAGS,
        Flag(
            "each",
            "number of images with the largest gain, around the median and with the "
            "largest loss; without it two of each",
            "output",
            Domain(int, low=1),
        ),
    ),
)


def main(argv: Sequence[str] | None = None) -> None:
    """Draws the run that the flags name.

    Args:
      argv: The command line; the process's own by default.
    """
    flags = COMMAND.parse(sys.argv if argv is None else argv)
    with one_sentence_errors(kept="the finished run"):
        # Only now, when no flag can be refused any more: it takes seconds.
        quiet_tensorflow()
        from experiments.reports.refinement_figure import (
            IMAGES_OF_EACH_KIND,
            draw_figures,
        )
        from experiments.runs.finished import load_run

        run = load_run(pathlib.Path(flags.run))
        each = flags.each or IMAGES_OF_EACH_KIND
        for path in draw_figures(run, each, flags.data_dir, flags.manual_dir):
            print(path)


if __name__ == "__main__":
    main()
