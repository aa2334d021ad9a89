"""Checks of decided and true outputs, of which NumPy would measure something else."""

import numpy as np

from ldrsp_tf.errors import UsageError

ROUNDING = 1e-3  # The rounding error of probabilities in half precision.
_NO_NUMBERS = "OSTU"  # NumPy's kinds of objects and texts; its own has no bfloat16.
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
    for classes, name in ((decided, "decided"), (truth, "true")):
        require_whole_numbers(
            classes,
            f"{name} classes",
            f"class number: decide relaxed maps first, and give {_CLASSES}",
        )
    return decided, truth


def require_relaxed_tags(y: np.ndarray, needs_rows: bool = False) -> np.ndarray:
    """Returns relaxed tags as an array, and refuses logits and other values.

    Args:
      y: Relaxed tags in [0, 1], `[..., L]`.
      needs_rows: Whether the shape has to be `[B, L]`.

    Raises:
      UsageError: They have other shapes or values.
    """
    y = np.asarray(y)
    if needs_rows and y.ndim != 2:
        raise UsageError(
            f"Relaxed tags have the shape {y.shape} where [B, L] is needed: give "
            "y[None] of a single example."
        )
    _require_numbers(y, "relaxed tags")
    if np.isnan(y).any():
        raise UsageError(
            "There is NaN in the relaxed tags, where probabilities in [0, 1] are "
            "needed: look for it in the inputs and in the network's weights."
        )
    if y.size and (y.min() < -ROUNDING or y.max() > 1.0 + ROUNDING):
        raise UsageError(
            f"The relaxed tags have values from {y.min():g} to {y.max():g} where "
            "probabilities in [0, 1] are needed: take the sigmoid of logits first."
        )
    return y


def require_whole_numbers(
    values: np.ndarray, name: str, needed: str, least: int | None = None
) -> None:
    """Refuses fractions, numbers that are not finite, and what is no number.

    Args:
      values: The values.
      name: Their name in the message, in the plural.
      needed: What each value has to be, and the mend.
      least: The least number; None for no bound.

    Raises:
      UsageError: There is one.
    """
    _require_numbers(values, name)
    wrong = np.zeros(values.shape, bool)
    if values.dtype.kind not in "bui":
        wrong = values % 1 != 0
    if least is not None:
        wrong = wrong | (values < least)
    if wrong.any():
        raise UsageError(
            f"The {name} have the value {_first(values, wrong)}, which is no {needed}."
        )


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
    _require_numbers(tags, f"{name} tags")
    wrong = (tags != 0) & (tags != 1)
    if wrong.any():
        raise UsageError(
            f"The {name} tags have the value {_first(tags, wrong)} where 0 or 1 is "
            "needed: decide relaxed tags first, by Refiner.decide or "
            "metrics.threshold_decode."
        )
    return tags.astype(bool)


def _require_numbers(values: np.ndarray, name: str) -> None:
    if values.dtype.kind in _NO_NUMBERS:
        raise UsageError(
            f"The {name} are of the type {values.dtype}: give numbers, such as 0 and 1."
        )


def _first(values: np.ndarray, chosen: np.ndarray) -> str:
    return f"{values[chosen][0]:g}"
