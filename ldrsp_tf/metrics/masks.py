"""Intersection over union and accuracy of decided class maps."""

import numpy as np

from ldrsp_tf.metrics.checks import require_class_maps


def image_iou(
    decided: np.ndarray, truth: np.ndarray, foreground: int = 1
) -> np.ndarray:
    """Returns the intersection over union of one class in each image.

    An image without the class that is given none of it counts 1.

    Args:
      decided: Decided classes, `[..., B, H, W]`.
      truth: True classes, `[B, H, W]`.
      foreground: The number of the class.

    Returns:
      Values in [0, 1], `[..., B]`.

    Raises:
      UsageError: Images differ in number or size, or are no maps of class numbers, as
        in all metrics here.
    """
    decided, truth = require_class_maps(decided, truth)
    intersection, union = _overlap(decided, truth, foreground)
    return np.where(union == 0, 1.0, intersection / np.maximum(union, 1))


def global_iou(decided: np.ndarray, truth: np.ndarray, foreground: int = 1) -> float:
    """Returns the intersection over union of one class, counted over all images.

    It is 1 if the class neither occurs nor is decided anywhere.

    Args:
      decided: Decided classes, `[B, H, W]`.
      truth: True classes, `[B, H, W]`.
      foreground: The number of the class.
    """
    decided, truth = require_class_maps(decided, truth, steps=False)
    intersection, union = _overlap(decided, truth, foreground)
    return float(intersection.sum() / union.sum()) if union.any() else 1.0


def pixel_accuracy(decided: np.ndarray, truth: np.ndarray) -> np.ndarray:
    """Returns the share of right pixels in each image.

    Args:
      decided: Decided classes, `[..., B, H, W]`.
      truth: True classes, `[B, H, W]`.

    Returns:
      Values in [0, 1], `[..., B]`.
    """
    decided, truth = require_class_maps(decided, truth)
    return np.mean(decided == truth, axis=(-2, -1))


def _overlap(
    decided: np.ndarray, truth: np.ndarray, foreground: int
) -> tuple[np.ndarray, np.ndarray]:
    a, b = decided == foreground, truth == foreground
    return np.sum(a & b, axis=(-2, -1)), np.sum(a | b, axis=(-2, -1))
