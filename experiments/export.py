"""Exports a finished run as one TensorFlow SavedModel, and its networks for Keras.

    python -m experiments.export --run=runs/bibtex/ldrsp/seed0 --output=exported/

The SavedModel's signature takes x, float32 `[N, ...]` (images in [-1, 1]), and returns
`generated`, `refined` and `score`, with the refinement inside. It loads without this
package. `generator.keras` and `discriminator.keras` stand beside it, as far as the
method has them.
"""

import pathlib

from absl import app, flags, logging

from experiments.cli.startup import quiet_tensorflow

quiet_tensorflow()

from experiments.cli.errors import one_sentence_errors  # noqa: E402
from experiments.runs.finished import load_run  # noqa: E402

FLAGS = flags.FLAGS
flags.DEFINE_string("run", None, "folder of a finished run", required=True)
flags.DEFINE_string("output", None, "folder of the SavedModel", required=True)


def main(argv: list[str]) -> None:
    """Exports."""
    logging.set_verbosity(logging.ERROR)
    if len(argv) > 1:
        raise app.UsageError(f"{argv[1]!r} is not a flag.")
    with one_sentence_errors(kept="the finished run"):
        run = load_run(pathlib.Path(FLAGS.run))
        refiner = run.refiner()
        output = pathlib.Path(FLAGS.output)
        refiner.export(output)
        for name, network in refiner.networks.items():
            network.save(output / f"{name}.keras")
        print(f"Exported to {output}")


if __name__ == "__main__":
    app.run(main)
