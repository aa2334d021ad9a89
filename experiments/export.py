"""Exports a finished run as one TensorFlow SavedModel, and its networks for Keras.

    python -m experiments.export --run=runs/bibtex/ldrsp/seed0 --output=exported/

The SavedModel's signature takes raw x, float32 `[N, ...]`: features as a file has them,
images from 0 to 255. It returns `generated`; with a discriminator also `refined` and
`score`; for `--method=auto` also `decided`, 0/1. Preprocessing and refinement are
inside, and it loads without this package. `signature.json` describes inputs and
outputs. Beside it stand `generator.keras` and `discriminator.keras`, as far as the
method has them, and `preprocessing.keras`, whose outputs these two take as x.
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

# The files beside the SavedModel.
_BESIDE = (
    "generator.keras",
    "discriminator.keras",
    "preprocessing.keras",
    "signature.json",
)


def main(argv: Sequence[str] | None = None) -> None:
    """Exports the run that the flags name.

    Args:
      argv: The command line; the process's own by default.
    """
    flags = COMMAND.parse(sys.argv if argv is None else argv)
    with one_sentence_errors(kept="the finished run"):
        # Only now, when no flag can be refused any more: it takes seconds.
        quiet_tensorflow()
        from experiments.runs.finished import load_run
        from experiments.summaries.result_file import write_json
        from ldrsp_tf.refiner.export import SAVED_MODEL_FILES, require_loadable
        from ldrsp_tf.refiner.whole_folder import whole_folder

        require_loadable(flags.output)
        run = load_run(pathlib.Path(flags.run))
        signature = run.signature()
        refiner = run.refiner()
        output = pathlib.Path(flags.output)
        with whole_folder(output, (*SAVED_MODEL_FILES, *_BESIDE), "export") as aside:
            refiner.write_saved_model(aside)
            models = {**refiner.networks, "preprocessing": refiner.preprocessing}
            for name, model in models.items():
                if model is not None:
                    model.save(aside / f"{name}.keras")
            write_json(aside / "signature.json", signature)
        print(f"Exported to {output}")
        print(f"Its x are {signature['inputs']['x']['content']}.")


if __name__ == "__main__":
    main()
