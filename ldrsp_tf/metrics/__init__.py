"""Metrics of decided outputs, and the decoders that decide relaxed ones.

All functions but `plugin_decide` take numpy arrays, or tensors that numpy can convert,
and return numpy arrays or numbers; metric values are fractions in [0, 1]. NumPy is the
only import, and `plugin_decide` imports TensorFlow when it is first asked for.
"""

import importlib
from typing import TYPE_CHECKING, Any

from ldrsp_tf.metrics.masks import global_iou, image_iou, pixel_accuracy
from ldrsp_tf.metrics.plugin_decoder import calibrate_empty_odds, plugin_decode
from ldrsp_tf.metrics.tags import (
    DEFAULT_THRESHOLD,
    THRESHOLDS,
    example_f1,
    mean_f1,
    threshold_decode,
    tune_threshold,
)

if TYPE_CHECKING:
    from ldrsp_tf.metrics.plugin_graph import plugin_decide

__all__ = [
    "DEFAULT_THRESHOLD",
    "THRESHOLDS",
    "calibrate_empty_odds",
    "example_f1",
    "global_iou",
    "image_iou",
    "mean_f1",
    "pixel_accuracy",
    "plugin_decide",
    "plugin_decode",
    "threshold_decode",
    "tune_threshold",
]


def __getattr__(name: str) -> Any:
    if name == "plugin_decide":
        module = importlib.import_module("ldrsp_tf.metrics.plugin_graph")
        return module.plugin_decide
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
