"""The family of segmentation tasks: masks of images (Sections 4.2 and 4.3)."""

import dataclasses
import functools
import pathlib
from collections.abc import Mapping
from typing import Any

import numpy as np

from datasets.images import folder as image_folder
from datasets.images.masks import mask_picture
from experiments.tasks.config import OURS, PAPER, Config, setting
from experiments.tasks.inputs import NewInputs, read_array
from experiments.tasks.predictions import OUTPUT_NAMES, write_scores
from experiments.tasks.task import Examples
from ldrsp_tf.data.augmentation import (
    Augmentation,
    in_turn,
    random_affine,
    random_crop_and_mirror,
)
from ldrsp_tf.errors import UsageError
from ldrsp_tf.models.segmentation import (
    BODIES,
    HEADS,
    PatchDiscriminator,
    SegmentationNetwork,
    require_size,
)
from ldrsp_tf.prediction.crops import (
    Crops,
    Offsets,
    offsets_along,
    require_cover,
    spread_offsets,
)
from ldrsp_tf.spaces.base import OutputSpace
from ldrsp_tf.spaces.class_maps import ClassMapSpace

# Images of 32x32 that are predicted in one call, with crops of 24x24.
_IMAGES_AT_ONCE = 8


@dataclasses.dataclass(frozen=True, kw_only=True)
class MaskConfig(Config):
    """Adds networks, crops and projection of the segmentation tasks."""

    classes: int = setting(2, PAPER, "classes of a pixel, background included", low=2)
    metric: str = setting(
        "mean_iou",
        PAPER,
        "what validation maximises",
        choices=("mean_iou", "pixel_accuracy"),
    )
    generator: str = setting("fcn", PAPER, "G's network", choices=tuple(BODIES))
    discriminator: str = setting("fcn", PAPER, "D's network", choices=tuple(BODIES))
    discriminator_head: str = setting(
        "sigmoid", PAPER, "how D scores a pixel", choices=HEADS
    )
    width: int = setting(32, OURS, "channels of G's first layer (paper: 64)", low=1)
    discriminator_width: int = setting(32, OURS, "the same of D", low=1)
    batch_norm: bool = setting(True, OURS, "batch normalisation in both networks")
    discriminator_batch_norm: bool | None = setting(
        None, OURS, "batch normalisation in D; as in G unless given"
    )
    projection: str = setting(
        "simplex", OURS, "feasible set of a pixel", choices=("simplex", "box")
    )
    crop_size: int = setting(24, PAPER, "side of training and test crops", low=8)
    mirror: bool = setting(True, PAPER, "mirror half of the training crops")
    rotation: float = setting(
        0.0, OURS, "rotate training images by so many degrees at most"
    )
    scaling: float = setting(
        0.0, OURS, "enlarge or shrink them by a factor of 1 plus this, at most"
    )
    shear: float = setting(0.0, OURS, "shear them by so much at most")
    crop_offsets: tuple[int, ...] | None = setting(
        (0, 2, 3, 5, 6, 8),
        OURS,
        "first rows and columns of the test crops; None spreads them over the image",
    )
    validation_offsets: tuple[int, ...] | None = setting(
        (0, 8), OURS, "the same while training goes on"
    )
    mirror_averaging: bool = setting(
        False, OURS, "average the prediction with the mirrored image's"
    )

    @property
    def normalizes_discriminator(self) -> bool:
        """Whether D has batch normalisation."""
        if self.discriminator_batch_norm is None:
            return self.batch_norm
        return self.discriminator_batch_norm

    def offsets(self, final: bool) -> Offsets:
        """Where crops begin: for the test, and (fewer) while training goes on.

        Crops that are spread overlap by a quarter for the test, and are three at least.
        """
        given = self.crop_offsets if final else self.validation_offsets
        if given is not None:
            return given
        furthest = 3 * self.crop_size // 4 if final else self.crop_size
        fewest = 3 if final else 1
        return functools.partial(
            spread_offsets, size=self.crop_size, furthest=furthest, fewest=fewest
        )


# Cross-fitted generators, and a discriminator with the shape of Eq. 11 that learns to
# segment before it learns to judge, on whole walks.
CROSS_FITTED = {
    "folds": 3,
    "first_method": "baseline",
    "discriminator": "unet",
    "discriminator_width": 16,
    "discriminator_head": "bilinear",
    "binarised_oracle": False,
    "source_shares": (0.0, 0.1, 0.9),
    "inference_step_size": 8.0,
    "chain_steps": 2,
    "chain_length": 12,
    "controls": True,
}


# What the generator is made of.
GENERATOR_SETTINGS = ("generator", "width", "batch_norm")


def space(config: MaskConfig) -> OutputSpace:
    """Class maps judged by Eq. 11.

    Raises:
      UsageError: The metric is of two classes, and there are more.
    """
    if config.metric == "mean_iou" and config.classes != 2:
        raise UsageError(
            f"--metric=mean_iou is of two classes, and there are {config.classes}; "
            "choose --metric=pixel_accuracy."
        )
    return ClassMapSpace(config.metric, config.projection)


def examples(config: MaskConfig, split: Mapping[str, np.ndarray]) -> Examples:
    """Images `[N, H, W, 3]` in [-1, 1] and one-hot masks `[N, H, W, C]`."""
    classes = np.arange(config.classes, dtype=split["mask"].dtype)
    one_hot = (split["mask"][..., None] == classes).astype(np.uint8)
    return Examples(_in_range(split["image"]), one_hot)


def _in_range(images: np.ndarray) -> np.ndarray:
    return images.astype(np.float32) / 127.5 - 1.0


def augmentation(config: MaskConfig) -> Augmentation:
    """Random crops, mirrored at random, of images that an affine map may change."""
    crop = random_crop_and_mirror(config.crop_size, config.mirror)
    if not (config.rotation or config.scaling or config.shear):
        return crop
    affine = random_affine(config.rotation, config.scaling, config.shear)
    return in_turn(affine, crop)


def crops(config: MaskConfig, final: bool) -> Crops:
    """All crops at the end, and fewer while training goes on."""
    return Crops(
        config.crop_size,
        config.offsets(final),
        mirror=config.mirror_averaging and final,
        predict_batch_size=images_at_once(config.crop_size),
    )


def images_at_once(crop_size: int) -> int:
    """Images in one call: fewer where crops are large, which bounds memory."""
    return max(1, min(_IMAGES_AT_ONCE, _IMAGES_AT_ONCE * 24**2 // crop_size**2))


def read_inputs(
    config: MaskConfig, path: pathlib.Path, shape: tuple[int, ...]
) -> NewInputs:
    """The images of a folder, brought to the run's size, or of a file of `numpy.save`.

    Args:
      config: The run's.
      path: A folder, or a file with `[N, H, W, 3]`, uint8.
      shape: Of one image.
    """
    del config
    if path.is_dir():
        names, images, sizes = image_folder.read_images(path, shape[:2])
        return NewInputs(names, _in_range(images), sizes=sizes)
    inputs = read_array(path, shape)
    if inputs.x.dtype != np.uint8:
        raise UsageError(
            f"{path} holds {inputs.x.dtype}; images are numbers from 0 to 255 (uint8)."
        )
    return inputs._replace(x=_in_range(inputs.x))


def require_output(path: pathlib.Path) -> None:
    """A folder of pictures.

    Raises:
      UsageError: A file lies there.
    """
    if path.exists() and not path.is_dir():
        raise UsageError(f"Masks are written to a folder, and {path} is a file.")


def write_predictions(
    config: MaskConfig,
    path: pathlib.Path,
    inputs: NewInputs,
    rows: Mapping[str, np.ndarray],
    scores: np.ndarray | None,
    decoder_params: Mapping[str, Mapping[str, Any]],
) -> None:
    """A picture an input and row, and the mean score of each as `scores.csv`."""
    del decoder_params
    values = mask_values(config)
    for row, y in rows.items():
        for index, name in enumerate(inputs.names):
            size = inputs.sizes[index] if inputs.sizes else y.shape[1:3]
            picture = mask_picture(np.argmax(y[index], -1), values, size)
            file = path / OUTPUT_NAMES[row] / f"{name}.png"
            file.parent.mkdir(parents=True, exist_ok=True)
            picture.save(file)
    if scores is not None:
        write_scores(path / "scores.csv", inputs.names, scores)


def mask_values(config: MaskConfig) -> tuple[int, ...]:
    """The value of each class in a written mask: those of the user's, if there are."""
    own = getattr(config, "class_values", None)
    return own or ((0, 255) if config.classes == 2 else tuple(range(config.classes)))


def variant(config: MaskConfig) -> str:
    """G's network, where it is not the paper's."""
    return "" if config.generator == "fcn" else config.generator


def networks(
    config: MaskConfig, examples: Examples
) -> tuple[SegmentationNetwork, PatchDiscriminator]:
    """The chosen networks; by default the FCN as both, as in the paper."""
    generator = SegmentationNetwork(
        config.classes, config.generator, config.width, config.batch_norm
    )
    discriminator = PatchDiscriminator(
        config.discriminator,
        config.discriminator_width,
        config.normalizes_discriminator,
        config.classes,
        config.discriminator_head,
    )
    for network in (generator, discriminator):
        require_size(config.crop_size, config.crop_size, network.body.stride)
    # Now, and not after a training.
    for side in examples.x.shape[1:3]:
        for final in (True, False):
            offsets = offsets_along(config.offsets(final), side)
            require_cover(config.crop_size, offsets, side)
    return generator, discriminator
