"""Checks of decided and true outputs, of which NumPy would measure something else."""

import numpy as np

from ldrsp_tf.errors import UsageError

_CLASSES = (
    "class numbers of one shape [B, H, W], such as np.argmax(y, -1) of maps with a "
    "channel for each class"
)


def require_tags(
    decided: np.ndarray, y_true: np.ndarray, steps: bool = True
) -> tuple[np.ndarray, np.ndarray]:
    """Returns decided and true tags as bool, and refuses others.

    Args:
      decided: Decided tags, 0/1 or bool, `[..., B, L]`.
      y_true: True tags, 0/1 or bool, `[B, L]`.
      steps: Whether decided tags may have leading axes.

    Raises:
      UsageError: They have other shapes or values.
    """
    truth = require_true_tags(decided, y_true, steps)
    return _as_bool(np.asarray(decided), "decided"), truth


def require_true_tags(
    y: np.ndarray, y_true: np.ndarray, steps: bool = False
) -> np.ndarray:
    """Returns true tags as bool, and refuses those that do not belong to outputs.

    Args:
      y: Relaxed or decided tags, `[..., B, L]`.
      y_true: True tags, 0/1 or bool, `[B, L]`.
      steps: Whether the outputs may have leading axes.

    Raises:
      UsageError: They have other shapes, or true tags other values.
    """
    y, truth = np.asarray(y), np.asarray(y_true)
    _require_one_shape(y, truth, 2, "tags of one shape [B, L]", steps)
    return _as_bool(truth, "true")


def require_class_maps(
    decided: np.ndarray, truth: np.ndarray, steps: bool = True
) -> tuple[np.ndarray, np.ndarray]:
    """Returns decided and true class maps as arrays, and refuses others.

    Args:
      decided: Decided classes, `[..., B, H, W]`.
      truth: True classes, `[B, H, W]`.
      steps: Whether decided maps may have leading axes.

    Raises:
      UsageError: They have other shapes, or values that are no class numbers.
    """
    decided, truth = np.asarray(decided), np.asarray(truth)
    _require_one_shape(decided, truth, 3, _CLASSES, steps)
    _refuse_fractions(decided, "decided")
    _refuse_fractions(truth, "true")
    return decided, truth


def _require_one_shape(
    y: np.ndarray, truth: np.ndarray, rank: int, needed: str, steps: bool
) -> None:
    compared = y.shape[-rank:] if steps else y.shape
    if truth.ndim != rank or compared != truth.shape:
        raise UsageError(
            f"Outputs of shape {y.shape} cannot be compared with true ones of shape "
            f"{truth.shape}: give {needed}."
        )


def _as_bool(tags: np.ndarray, name: str) -> np.ndarray:
    if tags.dtype == bool:
        return tags
    wrong = (tags != 0) & (tags != 1)
    if wrong.any():
        raise UsageError(
            f"The {name} tags have the value {_first(tags, wrong)} where 0 or 1 is "
            "needed: decide relaxed tags first, by Refiner.decide or "
            "metrics.threshold_decode."
        )
    return tags.astype(bool)


def _refuse_fractions(classes: np.ndarray, name: str) -> None:
    if classes.dtype.kind in "bui":
        return
    wrong = classes % 1 != 0
    if wrong.any():
        raise UsageError(
            f"The {name} classes have the value {_first(classes, wrong)}, which is no "
            f"class number: decide relaxed maps first, and give {_CLASSES}."
        )


def _first(values: np.ndarray, chosen: np.ndarray) -> str:
    return f"{values[chosen][0]:g}"
