"""Training examples: checks, random augmentation, and the folds of cross-fitting.

Arrays and tensors in, arrays and tensors out. May import `spaces` and below.
"""

from ldrsp_tf.data.augmentation import (
    Augmentation,
    in_turn,
    random_affine,
    random_crop_and_mirror,
)
from ldrsp_tf.data.examples import Data, Examples
from ldrsp_tf.data.folds import assign_folds

__all__ = [
    "Augmentation",
    "Data",
    "Examples",
    "assign_folds",
    "in_turn",
    "random_affine",
    "random_crop_and_mirror",
]
