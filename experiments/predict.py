r"""Predicts for new inputs with the networks of a finished run.

    python -m experiments.predict --run=runs/arff/auto/seed0 --input=new.arff \
        --output=predictions.csv
    python -m experiments.predict --run=runs/image_folder/auto/seed0 \
        --input=photos/ --output=masks/

Tags go to a .csv or a .jsonl file, masks to a folder of pictures. Both have G's
outputs, the refined ones, and D's scores of these, which estimate their quality; for
`--method=auto` also those that validation has decided to deliver.
"""

import pathlib
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from experiments.cli.command import Command
from experiments.cli.errors import one_sentence_errors
from experiments.cli.flag import PATH, Flag
from experiments.cli.startup import quiet_tensorflow

if TYPE_CHECKING:
    import numpy as np

    from ldrsp_tf.methods import Method
    from ldrsp_tf.prediction.predictor import Prediction

COMMAND = Command(
    __doc__,
    (
        Flag("run", "folder of a finished run", "main", PATH, required=True),
        Flag(
            "input",
            "inputs to predict for: an ARFF file, a folder of images, or a file of "
            "numpy.save",
            "data",
            PATH,
            required=True,
        ),
        Flag(
            "output",
            "file to write tags to (.csv or .jsonl), or folder to write masks to",
            "output",
            PATH,
            required=True,
        ),
    ),
)


def main(argv: Sequence[str] | None = None) -> None:
    """Predicts for the inputs that the flags name.

    Args:
      argv: The command line; the process's own by default.
    """
    flags = COMMAND.parse(sys.argv if argv is None else argv)
    with one_sentence_errors(kept="the finished run"):
        # Only now, when no flag can be refused any more: it takes seconds.
        quiet_tensorflow()
        from experiments.runs.finished import load_run
        from experiments.tasks.predictions import require_tag_names

        run = load_run(pathlib.Path(flags.run))
        output = pathlib.Path(flags.output)
        run.task.family.require_output(output)
        inputs = run.read_inputs(pathlib.Path(flags.input))
        require_tag_names(output, inputs.label_names)
        model = run.model()
        prediction = model.predict(inputs.x)
        run.task.family.write_predictions(
            run.config,
            output,
            inputs,
            _outputs(model.method, prediction),
            prediction.scores,
            model.decoder_params,
        )
        print(f"{len(inputs.names):,} predictions written to {output}")


def _outputs(method: "Method", prediction: "Prediction") -> "dict[str, np.ndarray]":
    """Returns all outputs by name; first those that validation has decided on."""
    from ldrsp_tf.evaluation.validation import outputs_of

    decided = {} if prediction.decided is None else {"decided": prediction.decided}
    return {**decided, **outputs_of(method, prediction)}


if __name__ == "__main__":
    main()
