"""Images and masks of a user's own: their settings, and what follows from the files."""

import dataclasses
import pathlib

from datasets.images import folder as image_folder
from datasets.images.folder import ImageFolder
from datasets.images.pairs import Pair
from datasets.images.survey import binary_values, common_size
from datasets.loading import LoadedData
from experiments.tasks.config import OURS, setting
from experiments.tasks.masks import MaskConfig
from ldrsp_tf.errors import UsageError
from ldrsp_tf.spaces.class_maps import ClassMapSpace

# Both networks need multiples of at most that.
_STRIDE = 8


_LARGEST_CROP = 96


_UPDATES = 2000


_MOST_EPOCHS = 400


@dataclasses.dataclass(frozen=True, kw_only=True)
class ImageFolderConfig(MaskConfig):
    """Adds the folders; what is None follows from their files (`complete`)."""

    images: str | None = setting(None, OURS, "folder of your images")
    masks: str | None = setting(None, OURS, "folder of their masks, of the same names")
    test_images: str | None = setting(None, OURS, "folder of images for the test")
    test_masks: str | None = setting(None, OURS, "folder of their masks")
    test_fraction: float = setting(
        0.2,
        OURS,
        "share of --images held out for the test where there are no --test_images; "
        "the same images for every seed",
        high=1,
    )
    class_values: tuple[int, ...] | None = setting(
        None, OURS, "values of the classes in a mask, background first, such as 0,255"
    )
    image_size: tuple[int, ...] | None = setting(
        None,
        OURS,
        "height,width (or one number for both) that images are brought to",
        low=_STRIDE,
    )
    classes: int | None = setting(None, OURS, "as many as --class_values, or 2", low=2)
    metric: str | None = setting(
        None,
        OURS,
        "mean_iou for two classes, pixel_accuracy for more",
        choices=ClassMapSpace.METRICS,
    )
    crop_size: int | None = setting(
        None, OURS, "about 3/4 of the smaller side, 96 at most", low=_STRIDE
    )
    epochs: int | None = setting(None, OURS, "as many as make 2,000 updates", low=1)
    first_epochs: int | None = setting(
        None, OURS, "as many as make 2,000 updates", low=1
    )


def complete(config: ImageFolderConfig) -> ImageFolderConfig:
    """Fills in what follows from the files; without folders there is nothing yet.

    Raises:
      UsageError: Settings do not fit each other or the images.
      DataError: The files are at fault.
    """
    if config.images is None and config.masks is None:
        return config
    config = _with_plain_paths(config)
    pairs = _folder(config).pairs()
    everything = [*pairs["train"], *pairs["test"]]
    size = _size(config, everything)
    values = _class_values(config, everything)
    images = len(pairs["train"])
    training = max(1, images - round(images * config.validation_fraction))
    # A retraining has more images, and batches of the same size.
    batch_size = min(config.batch_size, training)
    return dataclasses.replace(
        config,
        batch_size=batch_size,
        image_size=size,
        class_values=values,
        classes=len(values),
        metric=config.metric or ("mean_iou" if len(values) == 2 else "pixel_accuracy"),
        crop_size=_crop_size(config, size),
        epochs=config.epochs or _epochs(training / batch_size),
        first_epochs=config.first_epochs or _epochs(training / batch_size),
    )


def load(
    config: ImageFolderConfig, data_dir: str | None, manual_dir: str | None
) -> LoadedData:
    """Loads the images and masks of a completed configuration.

    Raises:
      UsageError: A folder is not named.
      DataError: The files are at fault.
    """
    del data_dir, manual_dir  # Nothing is prepared, and nothing downloaded.
    return image_folder.load(_folder(config), config.image_size, config.class_values)


def source_checksums(config: ImageFolderConfig) -> dict[str, str]:
    """The checksum of all images and masks; none without folders."""
    if config.images is None and config.masks is None:
        return {}
    return image_folder.checksums(_folder(config))


def _folder(config: ImageFolderConfig) -> ImageFolder:
    if config.images is None or config.masks is None:
        raise UsageError(
            f"Task {config.task!r} needs the folders of your images and of their masks;"
            " name them by --images and --masks."
        )
    if (config.test_images is None) != (config.test_masks is None):
        raise UsageError(
            "Test images need masks, and masks images; give both --test_images and "
            "--test_masks, or neither."
        )
    folders = (config.images, config.masks, config.test_images, config.test_masks)
    return ImageFolder(
        *(path and pathlib.Path(path) for path in folders), config.test_fraction
    )


def _with_plain_paths(config: ImageFolderConfig) -> ImageFolderConfig:
    """With `photos` for `photos/`: they are the same run."""
    names = ("images", "masks", "test_images", "test_masks")
    given = {name: getattr(config, name) for name in names}
    plain = {
        name: str(pathlib.Path(path).expanduser())
        for name, path in given.items()
        if path is not None
    }
    return dataclasses.replace(config, **plain)


def _size(config: ImageFolderConfig, pairs: list[Pair]) -> tuple[int, int]:
    if config.image_size is None:
        return common_size(pairs)
    if len(config.image_size) > 2:
        raise UsageError(
            f"--image_size={','.join(map(str, config.image_size))} should be a height "
            "and a width, or one number for both."
        )
    return config.image_size[0], config.image_size[-1]


def _class_values(config: ImageFolderConfig, pairs: list[Pair]) -> tuple[int, ...]:
    values = config.class_values
    if values is None:
        if config.classes in (None, 2):
            return binary_values(pairs)
        return tuple(range(config.classes))
    given = f"--class_values={','.join(map(str, values))}"
    if not 2 <= len(values) <= 256 or len(set(values)) < len(values):
        raise UsageError(f"{given} should be two to 256 different values.")
    if config.classes not in (None, len(values)):
        raise UsageError(
            f"{given} are {len(values)} classes, and --classes={config.classes}; leave "
            "--classes out."
        )
    return values


def _crop_size(config: ImageFolderConfig, size: tuple[int, int]) -> int:
    side = min(size)
    if side < _STRIDE:
        raise UsageError(
            f"Images of {size[0]}x{size[1]} pixels are too small for these networks; "
            f"bring them to {_STRIDE} at least by --image_size."
        )
    if config.crop_size is None:
        # The nearest multiple of the stride; of two, the larger one.
        nearest = (3 * side // 4 + _STRIDE // 2) // _STRIDE * _STRIDE
        return min(nearest, _LARGEST_CROP)
    if config.crop_size > side:
        raise UsageError(
            f"--crop_size={config.crop_size} is more than the smaller side of images "
            f"of {size[0]}x{size[1]} pixels; choose {side} at most."
        )
    return config.crop_size


def _epochs(updates: float) -> int:
    """Few images make few updates an epoch."""
    return max(1, min(_MOST_EPOCHS, round(_UPDATES / updates)))
