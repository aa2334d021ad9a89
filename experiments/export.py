"""Exports a finished run as one TensorFlow SavedModel, and its networks for Keras.

    python -m experiments.export --run=runs/bibtex/ldrsp/seed0 --output=exported/

The SavedModel's signature takes x, float32 `[N, ...]` (images in [-1, 1]), and returns
`generated`, `refined` and `score`, with the refinement inside. It loads without this
package. `generator.keras` and `discriminator.keras` stand beside it, as far as the
method has them.
"""

import pathlib
import sys
from collections.abc import Sequence

from experiments.cli.command import Command
from experiments.cli.errors import one_sentence_errors
from experiments.cli.flag import PATH, Flag
from experiments.cli.startup import quiet_tensorflow

COMMAND = Command(
    __doc__,
    (
        Flag("run", "folder of a finished run", "main", PATH, required=True),
        Flag(
            "output", "folder to write the SavedModel to", "output", PATH, required=True
        ),
    ),
)


def main(argv: Sequence[str] | None = None) -> None:
    """Exports the run that the flags name.

    Args:
      argv: The command line; the process's own by default.
    """
    flags = COMMAND.parse(sys.argv if argv is None else argv)
    # Only now, when no flag can be refused any more: it takes seconds.
    quiet_tensorflow()
    from experiments.runs.finished import load_run
    from ldrsp_tf.refiner.export import SAVED_MODEL_FILES
    from ldrsp_tf.refiner.whole_folder import whole_folder

    with one_sentence_errors(kept="the finished run"):
        run = load_run(pathlib.Path(flags.run))
        refiner = run.refiner()
        output = pathlib.Path(flags.output)
        own = (*SAVED_MODEL_FILES, "generator.keras", "discriminator.keras")
        with whole_folder(output, own, "export") as aside:
            refiner.write_saved_model(aside)
            for name, network in refiner.networks.items():
                network.save(aside / f"{name}.keras")
        print(f"Exported to {output}")


if __name__ == "__main__":
    main()
