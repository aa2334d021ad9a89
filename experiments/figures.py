"""Draws what the refinement of a finished run does, as PNG files in its folder.

    python -m experiments.figures --run=runs/weizmann_horse/ldrsp_plus/seed0

Images: input, truth, G's output, steps between and the refined output, for the test
images with the largest gain, around the median, and with the largest loss. Curves: the
metric, D's score and the true value along the steps, also far beyond the chosen ones.
"""

import pathlib

from absl import app, flags, logging

from experiments.cli.startup import quiet_tensorflow

quiet_tensorflow()

from experiments.cli import data_flags  # noqa: E402
from experiments.cli.errors import one_sentence_errors  # noqa: E402
from experiments.reports.refinement_figure import IMAGES_OF_EACH_KIND, draw_figures  # noqa: E402
from experiments.runs.finished import load_run  # noqa: E402

FLAGS = flags.FLAGS
flags.DEFINE_string("run", None, "folder of a finished run", required=True)
flags.DEFINE_integer("each", IMAGES_OF_EACH_KIND, "images of each kind", lower_bound=1)
flags.adopt_module_key_flags(data_flags)


def main(argv: list[str]) -> None:
    """Draws."""
    logging.set_verbosity(logging.ERROR)
    if len(argv) > 1:
        raise app.UsageError(f"{argv[1]!r} is not a flag.")
    with one_sentence_errors(kept="the finished run"):
        run = load_run(pathlib.Path(FLAGS.run))
        for path in draw_figures(run, FLAGS.each, FLAGS.data_dir, FLAGS.manual_dir):
            print(path)


if __name__ == "__main__":
    app.run(main)
