"""Loads a user's own images and masks, and completes settings from the files."""

import pathlib

from datasets.images import folder as image_folder
from datasets.images.folder import ImageFolder
from datasets.images.pairs import Pair
from datasets.images.survey import binary_values, common_size
from datasets.loading import LoadedData
from experiments.tasks.image_folder_config import STRIDE, ImageFolderConfig
from experiments.tasks.mask_config import LARGEST_CLASSES
from ldrsp_tf.errors import UsageError

_LARGEST_CROP = 96


_UPDATES = 2000


_MOST_EPOCHS = 400


def complete(config: ImageFolderConfig) -> ImageFolderConfig:
    """Returns the settings completed from the files; as they are without folders.

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
    batch_size = config.training.rows_per_batch(training)
    return config.replace(
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
      UsageError: A folder is not named, or the configuration is not completed.
      DataError: The files are at fault.
    """
    del data_dir, manual_dir  # Nothing is prepared, and nothing downloaded.
    folder = _folder(config)
    if config.image_size is None or config.class_values is None:
        raise UsageError("The settings are not completed (`complete`) from the files.")
    height, width = config.image_size
    return image_folder.load(folder, (height, width), config.class_values)


def source_checksums(config: ImageFolderConfig) -> dict[str, str]:
    """Returns the checksums of the images and masks; none without folders."""
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
    test_images, test_masks = (
        None if path is None else pathlib.Path(path)
        for path in (config.test_images, config.test_masks)
    )
    return ImageFolder(
        pathlib.Path(config.images),
        pathlib.Path(config.masks),
        test_images,
        test_masks,
        config.test_fraction,
    )


def _with_plain_paths(config: ImageFolderConfig) -> ImageFolderConfig:
    """Returns the settings with `photos` for `photos/`: they are the same run."""
    names = ("images", "masks", "test_images", "test_masks")
    given = {name: getattr(config, name) for name in names}
    plain = {
        name: str(pathlib.Path(path))
        for name, path in given.items()
        if path is not None
    }
    return config.replace(**plain)


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
        if config.classes is None or config.classes == 2:
            return binary_values(pairs)
        return tuple(range(config.classes))
    given = f"--class_values={','.join(map(str, values))}"
    if not 2 <= len(values) <= LARGEST_CLASSES or len(set(values)) < len(values):
        raise UsageError(
            f"{given} should be two to {LARGEST_CLASSES} different values."
        )
    if config.classes not in (None, len(values)):
        raise UsageError(
            f"{given} names {len(values)} classes, and --classes={config.classes}; "
            "leave --classes out."
        )
    return values


def _crop_size(config: ImageFolderConfig, size: tuple[int, int]) -> int:
    side = min(size)
    if side < STRIDE:
        raise UsageError(
            f"Images of {size[0]}x{size[1]} pixels are too small for these networks; "
            f"bring them to {STRIDE} at least by --image_size."
        )
    if config.crop_size is None:
        # The nearest multiple of the stride; of two, the larger one.
        nearest = (3 * side // 4 + STRIDE // 2) // STRIDE * STRIDE
        return min(nearest, _LARGEST_CROP)
    if config.crop_size > side + 2 * config.padding:
        raise UsageError(
            f"--crop_size={config.crop_size} exceeds the smaller side of images of "
            f"{size[0]}x{size[1]} pixels; choose {side + 2 * config.padding} at most."
        )
    return config.crop_size


def _epochs(updates: float) -> int:
    """Returns the epochs that make `_UPDATES` updates, given updates per epoch."""
    return max(1, min(_MOST_EPOCHS, round(_UPDATES / updates)))
