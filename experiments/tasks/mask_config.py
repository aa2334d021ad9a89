"""The settings of segmentation tasks; nothing here needs TensorFlow."""

import dataclasses
import functools
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from experiments.tasks.chopps_settings import ChoppsSettings
from experiments.tasks.config import Config
from ldrsp_tf.settings import (
    BODY_NAMES,
    CLASS_MAP_METRICS,
    HEADS,
    OURS,
    PAPER,
    PROJECTION_NAMES,
    setting,
)

if TYPE_CHECKING:
    from ldrsp_tf.prediction.crops import Offsets

LARGEST_CLASSES = 256  # Class ids are numbers of 8 bits.

_PAPER_BODY = "fcn"

# Of D; the value network is the original DVN's, with one score a mask.
_DISCRIMINATORS = (*BODY_NAMES, "value")


@dataclasses.dataclass(frozen=True, kw_only=True)
class MaskConfig(Config):
    """Adds networks, crops and projection of the segmentation tasks."""

    FAMILY: ClassVar[str] = "experiments.tasks.masks"
    GENERATOR_SETTINGS: ClassVar[tuple[str, ...]] = ("generator", "width", "batch_norm")
    STOCK: ClassVar[Mapping[str, Mapping[str, Any]]]

    classes: int = setting(
        2,
        PAPER,
        "number of classes of a pixel, background included",
        low=2,
        high=LARGEST_CLASSES,
        group="data",
    )
    metric: str = setting(
        "mean_iou",
        PAPER,
        "metric that validation maximizes",
        choices=CLASS_MAP_METRICS,
        group="training",
    )
    generator: str = setting(
        _PAPER_BODY, PAPER, "network of G", choices=BODY_NAMES, group="networks"
    )
    discriminator: str = setting(
        _PAPER_BODY,
        PAPER,
        "network of D: a body with a score for each pixel, or the original DVN's value "
        "network with one score a mask",
        choices=_DISCRIMINATORS,
        group="networks",
    )
    discriminator_head: str = setting(
        "sigmoid",
        PAPER,
        "scoring head of D for each pixel: a sigmoid as in the paper, or bilinear in "
        "the mask and a class distribution, which D can also predict with",
        choices=HEADS,
        group="networks",
    )
    width: int = setting(
        32,
        OURS,
        "number of channels of G's first layer (64 in the paper)",
        low=1,
        group="networks",
    )
    discriminator_width: int = setting(
        32, OURS, "number of channels of D's first layer", low=1, group="networks"
    )
    batch_norm: bool = setting(
        True, OURS, "use batch normalization in both networks", group="networks"
    )
    discriminator_batch_norm: bool | None = setting(
        None,
        OURS,
        "use batch normalization in D; without it --batch_norm holds for D, too",
        group="networks",
    )
    projection: str = setting(
        "simplex",
        OURS,
        "set that the refinement projects each pixel's class vector onto",
        choices=PROJECTION_NAMES,
        group="refinement",
    )
    crop_size: int = setting(
        24,
        PAPER,
        "side of training and test crops, in pixels",
        low=8,
        group="data",
    )
    padding: int = setting(
        0,
        OURS,
        "pixels that images are padded by on each side, mirrored at the edges, before "
        "they are cropped: crops as large as an image have several places then",
        low=0,
        group="data",
    )
    mirror: bool = setting(
        True, PAPER, "mirror half of the training crops", group="data"
    )
    rotation: float = setting(
        0.0,
        OURS,
        "largest angle that training images are rotated by, in degrees",
        group="data",
    )
    scaling: float = setting(
        0.0,
        OURS,
        "largest relative change of size of training images; 0.2 for factors up to 1.2",
        group="data",
    )
    shear: float = setting(0.0, OURS, "largest shear of training images", group="data")
    crop_offsets: tuple[int, ...] | None = setting(
        (0, 2, 3, 5, 6, 8),
        OURS,
        "first rows and columns of the crops that the test averages; without it they "
        "are spread over the image",
        group="data",
    )
    validation_offsets: tuple[int, ...] | None = setting(
        (0, 8),
        OURS,
        "first rows and columns of the crops that validations during training average; "
        "without it they are spread over the image",
        group="data",
    )
    mirror_averaging: bool = setting(
        False,
        OURS,
        "average the prediction of the test with that of the mirrored image",
        group="data",
    )
    chopps: ChoppsSettings = dataclasses.field(
        default_factory=ChoppsSettings, metadata={"group": "training"}
    )

    @property
    def variant(self) -> str:
        """The names of G's network and of a value network; empty for the paper's."""
        names = [] if self.generator == _PAPER_BODY else [self.generator]
        if self.has_value_network:
            names.append(self.discriminator)
        return "-".join(names)

    @property
    def has_value_network(self) -> bool:
        """Whether D has one score a mask."""
        return self.discriminator == "value"

    @property
    def normalizes_discriminator(self) -> bool:
        """Whether D has batch normalization."""
        if self.discriminator_batch_norm is None:
            return self.batch_norm
        return self.discriminator_batch_norm

    def offsets(self, final: bool) -> "Offsets":
        """Returns the first rows, and first columns, of the crops.

        Crops that are spread overlap by a quarter for the test, and are at least three.

        Args:
          final: Whether the test predicts, rather than a validation during training,
            which takes fewer crops.
        """
        given = self.crop_offsets if final else self.validation_offsets
        if given is not None:
            return given
        # Settings are listed without TensorFlow, which predictions need.
        from ldrsp_tf.prediction.crops import spread_offsets

        furthest = 3 * self.crop_size // 4 if final else self.crop_size
        fewest = 3 if final else 1
        return functools.partial(
            spread_offsets, size=self.crop_size, furthest=furthest, fewest=fewest
        )


# A discriminator with the shape of Eq. 11 that sees more of the image than the FCN.
BILINEAR_UNET: Mapping[str, Any] = {
    "discriminator": "unet",
    "discriminator_width": 16,
    "discriminator_head": "bilinear",
}

# A value network with the shape of Eq. 11.
DVN_UNET: Mapping[str, Any] = {
    **BILINEAR_UNET,
    "discriminator_learning_rate": 0.002,
    "source_shares": (0.0, 0.1, 0.9),
    "inference_step_size": 8.0,
    "adversarial_step_size": 1.15,
    "chain_steps": 2,
    # As long as the longest walk of a test, and more.
    "chain_length": 48,
    "step_size_grid": (8.0,),
    "refinement_steps_grid": (10, 20, 40),
}

# Cross-fitted generators, and a discriminator with the shape of Eq. 11 that is
# pretrained to segment, and then trained on whole trajectories.
CROSS_FITTED: Mapping[str, Any] = {
    "folds": 3,
    "first_method": "baseline",
    **BILINEAR_UNET,
    "binarised_oracle": False,
    "source_shares": (0.0, 0.1, 0.9),
    "inference_step_size": 8.0,
    "chain_steps": 2,
    "chain_length": 12,
    "pretraining_learning_rate": 0.005,
    # At a rate of 0.01 D forgets its pretraining: on validation images of the horses
    # (seed 0, 4 crops) 74 and 81 after 20 and 40 epochs, and not 84.9 after both.
    "discriminator_learning_rate": 0.0015,
    "controls": True,
}


# One rule for all data. Budgets are in updates where images are few or many: those of
# the horses, 2,000 updates of generators and of D's pretraining, are the smallest.
MaskConfig.STOCK = {
    "auto": {
        **CROSS_FITTED,
        "late_refit": True,
        "retrain": True,
        "first_updates": (2000, 5000),
        "pretraining_epochs": 60,
        "pretraining_updates": (2000, 5000),
        "epochs": 10,
        "updates": (300, 1500),
        "validation_interval": 5,
        "step_size_grid": (8.0,),
        "refinement_steps_grid": (1, 2, 5, 10),
    }
}
