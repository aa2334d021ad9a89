"""The family of segmentation tasks: masks of images (Sections 4.2 and 4.3)."""

import pathlib
from collections.abc import Mapping
from typing import Any

import keras
import numpy as np

from datasets.images import folder as image_folder
from datasets.images.masks import mask_picture
from datasets.images.pairs import JPEG, LOSSLESS
from experiments.tasks.inputs import NewInputs, read_array
from experiments.tasks.mask_config import MaskConfig
from experiments.tasks.predictions import OUTPUT_NAMES, write_scores
from ldrsp_tf.data.augmentation import (
    Augmentation,
    in_turn,
    random_affine,
    random_crop_and_mirror,
)
from ldrsp_tf.data.examples import Examples
from ldrsp_tf.data.preprocessing import preprocess
from ldrsp_tf.errors import UsageError
from ldrsp_tf.models.discriminator import Discriminator
from ldrsp_tf.models.preprocessing import ScalePixels
from ldrsp_tf.models.segmentation import (
    PatchDiscriminator,
    SegmentationNetwork,
    require_size,
)
from ldrsp_tf.models.value_network import ValueNetwork
from ldrsp_tf.prediction.crops import Crops
from ldrsp_tf.refiner.whole_folder import require_replaceable, whole_folder
from ldrsp_tf.spaces.base import OutputSpace
from ldrsp_tf.spaces.binary_masks import BinaryMaskSpace
from ldrsp_tf.spaces.class_maps import ClassMapSpace

# Images of 32x32 predicted in one call, with crops of 24x24.
_IMAGES_AT_ONCE = 8

_SCORES = "scores.csv"


def space(config: MaskConfig) -> OutputSpace:
    """Returns the space of class maps, whose oracle is Eq. 11, or IOU for one score.

    Raises:
      UsageError: The metric or the value network needs two classes, and there are more.
    """
    if config.has_value_network:
        if config.classes != 2:
            raise UsageError(
                f"--discriminator=value needs two classes, and there are "
                f"{config.classes}; choose another one."
            )
        return BinaryMaskSpace(config.metric, config.projection)
    if config.metric == "mean_iou" and config.classes != 2:
        raise UsageError(
            f"--metric=mean_iou needs two classes, and there are {config.classes}; "
            "choose --metric=pixel_accuracy."
        )
    return ClassMapSpace(config.metric, config.projection)


def examples(config: MaskConfig, split: Mapping[str, np.ndarray]) -> Examples:
    """Returns images `[N, H, W, 3]` in [-1, 1] and one-hot masks `[N, H, W, C]`."""
    classes = np.arange(config.classes, dtype=split["mask"].dtype)
    one_hot = (split["mask"][..., None] == classes).astype(np.uint8)
    return Examples(preprocess(preprocessing(), split["image"]), one_hot)


def preprocessing() -> keras.Model:
    """Returns the map of RGB images, 0 to 255, to what the networks take."""
    return ScalePixels()


def describe_inputs(shape: tuple[int, ...]) -> str:
    """Returns a phrase on the pixels of an image."""
    return f"RGB images of {shape[0]}x{shape[1]} pixels, with values from 0 to 255"


def augmentation(config: MaskConfig) -> Augmentation:
    """Returns random crops, mirrored at random, after a random affine map if asked."""
    crop = random_crop_and_mirror(config.crop_size, config.mirror, config.padding)
    if not (config.rotation or config.scaling or config.shear):
        return crop
    affine = random_affine(config.rotation, config.scaling, config.shear)
    return in_turn(affine, crop)


def crops(config: MaskConfig, final: bool) -> Crops:
    """Returns all crops for the test, and fewer for validations during training."""
    return Crops(
        config.crop_size,
        config.offsets(final),
        mirror=config.mirror_averaging and final,
        predict_batch_size=images_at_once(config.crop_size),
        padding=config.padding,
    )


def images_at_once(crop_size: int) -> int:
    """Returns the images per call: fewer where crops are large, to bound memory."""
    return max(1, min(_IMAGES_AT_ONCE, _IMAGES_AT_ONCE * 24**2 // crop_size**2))


def read_inputs(path: pathlib.Path, shape: tuple[int, ...]) -> NewInputs:
    """Reads images from a folder, resized for the run, or from a file of `numpy.save`.

    Args:
      path: A folder, or a file with an array `[N, H, W, 3]` of uint8.
      shape: The shape of one image, `(H, W, 3)`.

    Raises:
      UsageError: It is one picture, or a file of other arrays.
      DataError: A picture is at fault.
    """
    if path.is_dir():
        names, images, sizes = image_folder.read_images(path, (shape[0], shape[1]))
        return NewInputs(names, images, sizes=sizes)
    if path.is_file() and path.suffix.lower() in (*LOSSLESS, *JPEG):
        raise UsageError(
            f"{path} is a picture; name the folder that it lies in, {path.parent}, to "
            "predict for all of its pictures."
        )
    inputs = read_array(path, shape)
    if inputs.x.dtype != np.uint8:
        raise UsageError(
            f"{path} holds {inputs.x.dtype}; images are numbers from 0 to 255 (uint8)."
        )
    return inputs


def require_output(path: pathlib.Path) -> None:
    """Refuses a path that is not a folder, or free to become one.

    Raises:
      UsageError: A file lies there, or the working folder, which is not replaced.
    """
    if path.exists() and not path.is_dir():
        raise UsageError(f"Masks are written to a folder, and {path} is a file.")
    require_replaceable(path, "masks")


def write_predictions(
    config: MaskConfig,
    path: pathlib.Path,
    inputs: NewInputs,
    outputs: Mapping[str, np.ndarray],
    scores: np.ndarray | None,
    decoder_params: Mapping[str, Mapping[str, Any]],
) -> None:
    """Writes a picture per input and output, and the mean scores as `scores.csv`.

    They take their place as a whole. Other files in the folder stay, and so do pictures
    of other inputs, but no scores of an earlier prediction.
    """
    del decoder_params
    values = mask_values(config)
    with whole_folder(path, (_SCORES,), "masks") as aside:
        for output, y in outputs.items():
            for index, name in enumerate(inputs.names):
                size = inputs.sizes[index] if inputs.sizes else y.shape[1:3]
                picture = mask_picture(np.argmax(y[index], -1), values, size)
                file = aside / OUTPUT_NAMES[output] / f"{name}.png"
                file.parent.mkdir(parents=True, exist_ok=True)
                picture.save(file)
        if scores is not None:
            write_scores(aside / _SCORES, inputs.names, scores)


def mask_values(config: MaskConfig) -> tuple[int, ...]:
    """Returns the value of each class in a written mask: the user's, if there are."""
    own = getattr(config, "class_values", None)
    return own or ((0, 255) if config.classes == 2 else tuple(range(config.classes)))


def networks(
    config: MaskConfig, examples: Examples
) -> tuple[SegmentationNetwork, Discriminator]:
    """Returns the chosen networks; by default both are the paper's FCN."""
    generator = SegmentationNetwork(
        config.classes, config.generator, config.width, config.batch_norm
    )
    require_size(config.crop_size, config.crop_size, generator.body.stride)
    discriminator = _discriminator(config)
    # Checked here, and not after a training.
    for side in examples.x.shape[1:3]:
        if config.padding > side:
            raise UsageError(
                f"--padding={config.padding} exceeds the side of images of {side} "
                f"pixels; choose {side} at most."
            )
        for final in (True, False):
            crops(config, final).offsets_along(side)
    return generator, discriminator


def _discriminator(config: MaskConfig) -> Discriminator:
    if config.has_value_network:
        if config.discriminator_head != "sigmoid":
            raise UsageError(
                "--discriminator=value has one score a mask, for which there is no "
                f"{config.discriminator_head} head; give --discriminator_head=sigmoid."
            )
        return ValueNetwork(config.discriminator_width, config.crop_size)
    discriminator = PatchDiscriminator(
        config.discriminator,
        config.discriminator_width,
        config.normalizes_discriminator,
        config.classes,
        config.discriminator_head,
    )
    require_size(config.crop_size, config.crop_size, discriminator.body.stride)
    return discriminator
