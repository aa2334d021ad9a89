"""The settings of a run on images and masks of a user's own; no TensorFlow needed."""

import dataclasses

from experiments.tasks.mask_config import LARGEST_CLASSES, MaskConfig
from ldrsp_tf.settings import CLASS_MAP_METRICS, OURS, setting

# Both networks need crops whose sides are multiples of it.
STRIDE = 8

# Pictures of predicted masks have 16 bits at most.
_LARGEST_VALUE = 2**16 - 1


@dataclasses.dataclass(frozen=True, kw_only=True)
class ImageFolderConfig(MaskConfig):
    """Adds the folders; what is None follows from their files.

    `experiments.tasks.image_folder.complete` fills it in, which also settles the five
    settings that other tasks never leave open.
    """

    images: str | None = setting(
        None, OURS, "folder of your images", is_path=True, group="data"
    )
    masks: str | None = setting(
        None,
        OURS,
        "folder of the masks of --images, in files of the same names",
        is_path=True,
        group="data",
    )
    test_images: str | None = setting(
        None,
        OURS,
        "folder of images to test on; without it --test_fraction of --images is held "
        "out",
        is_path=True,
        group="data",
    )
    test_masks: str | None = setting(
        None, OURS, "folder of the masks of --test_images", is_path=True, group="data"
    )
    test_fraction: float = setting(
        0.2,
        OURS,
        "share of --images that is held out for the test where there are no "
        "--test_images; the same images for every --seed",
        high=1,
        group="data",
    )
    class_values: tuple[int, ...] | None = setting(
        None,
        OURS,
        "values of the classes in a mask, background first, such as 0,255; without it "
        "they follow from the masks",
        high=_LARGEST_VALUE,
        group="data",
    )
    image_size: tuple[int, ...] | None = setting(
        None,
        OURS,
        "height,width (or one number for both) that images are resized to, in pixels; "
        "without it all images have to be of one size",
        low=STRIDE,
        group="data",
    )
    classes: int | None = setting(  # type: ignore[assignment]
        None,
        OURS,
        "number of classes of a pixel, background included; without it as many as "
        "--class_values, or 2",
        low=2,
        high=LARGEST_CLASSES,
        group="data",
    )
    metric: str | None = setting(  # type: ignore[assignment]
        None,
        OURS,
        "metric that validation maximizes; without it mean_iou for two classes and "
        "pixel_accuracy for more",
        choices=CLASS_MAP_METRICS,
        group="training",
    )
    crop_size: int | None = setting(  # type: ignore[assignment]
        None,
        OURS,
        "side of training and test crops, in pixels; without it about 3/4 of the "
        "smaller side of the images, at most 96",
        low=STRIDE,
        group="data",
    )
    epochs: int | None = setting(  # type: ignore[assignment]
        None,
        OURS,
        "largest number of training epochs; without it as many as make 2,000 updates",
        low=1,
        group="training",
    )
    first_epochs: int | None = setting(  # type: ignore[assignment]
        None,
        OURS,
        "number of epochs that cross-fitted generators are trained for; without it as "
        "many as make 2,000 updates",
        low=1,
        group="training",
    )
