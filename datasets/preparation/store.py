"""TFDS's folder of prepared data: filled once, by one process at a time, and read."""

import importlib
import pathlib
import shutil
import time
from collections.abc import Collection

import numpy as np
import tensorflow_datasets as tfds
from tensorflow_datasets.core import constants

from datasets.errors import DataError
from datasets.preparation import file_lock, source_files


def prepare(
    name: str, data_dir: str | None, manual_dir: str | None
) -> tuple[tfds.core.DatasetBuilder, float]:
    """Prepares a data set unless that was done before.

    Args:
      name: name of the data set.
      data_dir: folder of prepared data, or None for TFDS's own choice.
      manual_dir: folder of the original files, or None to download them.

    Returns:
      The builder of the prepared data, and the seconds that preparing them took.
    """
    builder = _open(name, data_dir)
    # What is there may have come a moment after the builder looked for it.
    if builder.data_path.exists() and builder.info.initialized:
        return builder, 0.0
    start = time.perf_counter()
    _prepare_alone(builder, manual_dir)
    # The builder does not see by itself what another process prepared meanwhile.
    return _open(name, data_dir), time.perf_counter() - start


def read(
    builder: tfds.core.DatasetBuilder,
    features: Collection[str] | None = None,
    splits: Collection[str] | None = None,
) -> tuple[dict[str, dict[str, np.ndarray]], dict[str, str]]:
    """Reads prepared data into memory.

    Args:
      builder: the builder of the prepared data.
      features: names of the features to read, or None for those that the data set does
        not keep back in its `ON_REQUEST`.
      splits: names of the splits to read, or None for all.

    Returns:
      Split -> feature -> array, and the SHA-256 of the sources.

    Raises:
      DataError: there is no such feature or split, or the data are damaged.
    """
    known = set(builder.info.features)
    if features is None:
        features = known - getattr(builder, "ON_REQUEST", frozenset())
    splits = list(builder.info.splits) if splits is None else splits
    _require_known("feature", features, known, builder.name)
    _require_known("split", splits, builder.info.splits, builder.name)
    try:
        arrays = {split: _read_split(builder, split, features) for split in splits}
        return arrays, dict(builder.info.metadata["sha256"])
    # Damaged files show as any kind of error.
    except Exception as error:
        raise _damaged(builder.data_path, error) from error


def _read_split(
    builder: tfds.core.DatasetBuilder, split: str, features: Collection[str]
) -> dict[str, np.ndarray]:
    data = builder.as_dataset(
        split=split,
        batch_size=-1,
        # What is not asked for is neither parsed nor decoded.
        decoders=tfds.decode.PartialDecoding(set(features)),
        # A cache would hold every row a second time.
        read_config=tfds.ReadConfig(try_autocache=False, interleave_cycle_length=1),
    )
    return {name: _as_array(tensor) for name, tensor in tfds.as_numpy(data).items()}


def _as_array(values: np.ndarray) -> np.ndarray:
    """Returns text, which TFDS gives as objects, as an array of text."""
    if values.dtype != object:
        return values
    return np.array([value.decode() for value in values])


def _require_known(
    what: str, names: Collection[str], known: Collection[str], data_set: str
) -> None:
    unknown = sorted(set(names) - set(known))
    if unknown:
        raise DataError(
            f"{data_set} has no {what} {unknown[0]!r}: choose from "
            f"{', '.join(sorted(known))}"
        )


def _open(name: str, data_dir: str | None) -> tfds.core.DatasetBuilder:
    module = importlib.import_module(f"datasets.{name}.{name}_dataset_builder")
    try:
        return module.Builder(data_dir=data_dir)
    # The constructor reads the description of prepared data, which may be damaged.
    except Exception as error:
        folder = pathlib.Path(data_dir or constants.DATA_DIR) / name
        raise _damaged(folder, error) from error


def _damaged(folder: pathlib.Path, error: Exception) -> DataError:
    what = f"{type(error).__name__}: {error}".splitlines()[0]
    return DataError(
        f"the prepared data in {folder} cannot be read ({what}): delete that folder "
        "and start again"
    )


def _prepare_alone(builder: tfds.core.DatasetBuilder, manual_dir: str | None) -> None:
    """Prepares the data, or waits until another process has."""
    folder = builder.data_path.parent
    root = folder.parent
    try:
        root.mkdir(parents=True, exist_ok=True)
        with file_lock.hold_lock(root / f"{builder.name}.lock"):
            if not builder.data_path.exists():
                _remove_leftovers(folder)
                _download_and_prepare(builder, root / "downloads", manual_dir)
    except OSError as error:
        raise DataError(
            f"cannot write the prepared data below {root} ({error}): pass a folder "
            "with free space that can be written as --data_dir"
        ) from error


def _remove_leftovers(folder: pathlib.Path) -> None:
    """Removes what a killed preparation left; the lock says that none is running."""
    for leftover in folder.glob(f"{constants.INCOMPLETE_PREFIX}*"):
        shutil.rmtree(leftover)


def _download_and_prepare(
    builder: tfds.core.DatasetBuilder,
    download_dir: pathlib.Path,
    manual_dir: str | None,
) -> None:
    folder = None
    if builder.url_infos and manual_dir is None:
        source_files.require_answer(download_dir, builder.name, builder.url_infos)
    elif builder.url_infos:
        folder = source_files.find_manual_files(
            manual_dir,
            builder.name,
            builder.url_infos,
            getattr(builder, "OTHER_VERSIONS", {}),
        )
    builder.download_and_prepare(
        download_dir=download_dir,
        download_config=tfds.download.DownloadConfig(manual_dir=folder),
    )
