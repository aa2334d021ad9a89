r"""Predicts for new inputs with the networks of a finished run.

    python -m experiments.predict --run=runs/arff/ldrsp_plus/seed0 --input=new.arff \
        --output=predictions.csv
    python -m experiments.predict --run=runs/image_folder/ldrsp_plus/seed0 \
        --input=photos/ --output=masks/

Tags go to a .csv or a .jsonl file, masks to a folder of pictures. Both have G's
outputs, the refined ones, and D's scores of these, which say how far to trust them.
"""

import pathlib

from absl import app, flags, logging

from experiments.cli.startup import quiet_tensorflow

quiet_tensorflow()

from experiments.cli.errors import one_sentence_errors  # noqa: E402
from experiments.runs.finished import load_run  # noqa: E402
from ldrsp_tf.evaluation.validation import outputs_of  # noqa: E402

FLAGS = flags.FLAGS
flags.DEFINE_string("run", None, "folder of a finished run", required=True)
flags.DEFINE_string(
    "input",
    None,
    "what to predict for: an ARFF file, a folder of images, or a file of numpy.save",
    required=True,
)
flags.DEFINE_string(
    "output", None, "a .csv or .jsonl file for tags, a folder for masks", required=True
)


def main(argv: list[str]) -> None:
    """Predicts."""
    logging.set_verbosity(logging.ERROR)
    if len(argv) > 1:
        raise app.UsageError(f"{argv[1]!r} is not a flag.")
    with one_sentence_errors(kept="the finished run"):
        run = load_run(pathlib.Path(FLAGS.run))
        output = pathlib.Path(FLAGS.output)
        run.task.family.require_output(output)
        inputs = run.read_inputs(pathlib.Path(FLAGS.input))
        refiner = run.refiner()
        prediction = refiner.predict(inputs.x)
        run.task.family.write_predictions(
            run.config,
            output,
            inputs,
            outputs_of(refiner.method, prediction),
            prediction.scores,
            refiner.decoder_params,
        )
        print(f"{len(inputs.names):,} predictions written to {output}")


if __name__ == "__main__":
    app.run(main)
