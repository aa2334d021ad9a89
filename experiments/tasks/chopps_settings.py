"""The settings of CHOPPS (`experiments.fits.chopps`); nothing here needs TensorFlow."""

import dataclasses

from ldrsp_tf.errors import UsageError
from ldrsp_tf.settings import OURS, coerce_settings, setting


@dataclasses.dataclass(frozen=True)
class ChoppsSettings:
    """Settings of the method `chopps` alone.

    An epoch after the first, which trains unary potentials and patterns, is
    `joint_passes` passes of the joint training.
    """

    location_features: bool = setting(
        False,
        OURS,
        "chopps: give the classifier of pixels their row and column, too",
    )
    unary_units: int = setting(
        100, OURS, "chopps: number of hidden units of the classifier of pixels", low=1
    )
    unary_pixels: int = setting(
        300,
        OURS,
        "chopps: number of pixels of each class that the classifier is trained on, of "
        "each image",
        low=1,
    )
    unary_updates: int = setting(
        50_000, OURS, "chopps: number of updates of the classifier of pixels", low=1
    )
    patterns: int = setting(
        32, OURS, "chopps: number of hidden units of the patterns", low=1
    )
    pattern_updates: int = setting(
        4_000,
        OURS,
        "chopps: number of updates of the patterns on masks alone, before the joint "
        "training",
        low=1,
    )
    joint_passes: int = setting(
        25,
        OURS,
        "chopps: number of passes over the images in an epoch of the joint training",
        low=1,
    )
    joint_samples: int = setting(
        2, OURS, "chopps: number of chains of an image in the joint training", low=2
    )
    contrast_grid: tuple[float, ...] = setting(
        (0.05, 0.1, 0.2),
        OURS,
        "chopps: candidates for the color difference at which a boundary gets cheaper",
        low=1e-3,
    )
    boundary_weight_grid: tuple[float, ...] = setting(
        (1.0, 2.0, 4.0, 8.0),
        OURS,
        "chopps: weights of boundaries beside the classifier, to choose from",
    )
    image_weight_grid: tuple[float, ...] = setting(
        (0.5, 1.0, 1.5, 2.0, 3.0),
        OURS,
        "chopps: weights of the image beside the patterns, to choose from",
    )

    def __post_init__(self) -> None:
        coerce_settings(self)
        for field in dataclasses.fields(self):
            if getattr(self, field.name) == ():
                raise UsageError(
                    f"The value of ChoppsSettings.{field.name} is (): at least one "
                    "candidate is needed."
                )
