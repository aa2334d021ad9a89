"""A process that predicts by a saved refiner.

python -m tests.ldrsp_tf.refiner.loaded_elsewhere FOLDER X.npy REFINED.npy
"""

import sys

import numpy as np

from ldrsp_tf import Refiner

if __name__ == "__main__":
    _, folder, x, refined = sys.argv
    np.save(refined, Refiner.load(folder).predict(np.load(x)).refined)
