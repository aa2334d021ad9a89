"""Readers of written outputs: two outputs are alike if their contents are.

Of a SavedModel and of a refiner it is the predictions that count, besides the names of
the files: the bytes of a file may differ from one writing to the next.
"""

import pathlib

import keras
import numpy as np
import tensorflow as tf

from ldrsp_tf import Refiner


def read_files(path: pathlib.Path) -> dict[str, bytes]:
    """Reads a file, or all files of a folder, by their relative paths."""
    paths = [path] if path.is_file() else sorted(path.rglob("*"))
    return {str(p.relative_to(path)): p.read_bytes() for p in paths if p.is_file()}


def read_export(folder: pathlib.Path, x: np.ndarray) -> dict[str, bytes]:
    """Predicts with an exported SavedModel, and reads the weights of the networks.

    Args:
      folder: The folder of the export.
      x: Inputs, `[N, ...]`.
    """
    serve = tf.saved_model.load(str(folder)).signatures["serving_default"]
    content = {name: y.numpy().tobytes() for name, y in serve(x=tf.constant(x)).items()}
    for path in folder.glob("*.keras"):
        weights = keras.saving.load_model(path, compile=False).get_weights()
        content[path.name] = b"".join(weight.tobytes() for weight in weights)
    return {**content, "files": "\n".join(sorted(read_files(folder))).encode()}


def read_refiner(folder: pathlib.Path, x: np.ndarray) -> dict[str, bytes]:
    """Predicts with a saved refiner.

    Args:
      folder: The folder of the refiner.
      x: Inputs, `[N, ...]`.
    """
    prediction = Refiner.load(folder).predict(x)
    assert prediction.refined is not None
    return {
        "generated": prediction.generated.tobytes(),
        "refined": prediction.refined.tobytes(),
        "files": "\n".join(sorted(read_files(folder))).encode(),
    }
