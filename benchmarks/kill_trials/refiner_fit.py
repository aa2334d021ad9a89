"""A script of a user's that trains with a folder, as one that is killed.

    python -m benchmarks.kill_trials.refiner_fit FOLDER

It ends with `result.json` in the folder: the choices, and the refined outputs.
"""

import pathlib
import sys

import keras
import numpy as np

from experiments.cli.startup import make_deterministic
from experiments.summaries.result_file import write_json
from ldrsp_tf import Refiner, TagSpace


def main(folder: pathlib.Path) -> None:
    """Trains on made rows, or resumes there."""
    make_deterministic(one_thread=True)
    keras.utils.set_random_seed(0)
    random = np.random.default_rng(0)
    x = random.integers(0, 2, (600, 20)).astype(np.float32)
    y = (x[:, :8] != x[:, 2:10]).astype(np.float32)
    model = keras.Sequential(
        [
            keras.layers.Input((20,)),
            keras.layers.Dense(16, "relu"),
            keras.layers.Dropout(0.2, seed=1),
            keras.layers.Dense(8),
        ]
    )
    print("Fitting", flush=True)
    refiner = Refiner(model, TagSpace(), from_logits=True)
    refiner.fit((x, y), epochs=12, validation_freq=2, folder=folder)
    prediction = refiner.predict(x[:50])
    assert refiner.refinement is not None and prediction.refined is not None
    chosen = {
        "step_size": refiner.refinement.step_size,
        "steps": refiner.refinement.steps,
        "decoder_params": refiner.decoder_params,
        "refined": prediction.refined.tolist(),
    }
    write_json(folder / "result.json", chosen)


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]))
