"""TFDS's folder of prepared data: written once, by one process at a time, and read."""

import importlib
import pathlib
import shutil
import time
from collections.abc import Collection
from typing import Any

import numpy as np
import tensorflow_datasets as tfds
from tensorflow_datasets.core import constants

from datasets.errors import DataError, disk_error
from datasets.preparation import file_lock, source_files


def prepare(
    name: str, data_dir: str | None, manual_dir: str | None
) -> tuple[tfds.core.DatasetBuilder, float]:
    """Prepares a data set unless it is prepared already.

    Args:
      name: The name of the data set, with that of a configuration: `mulan/yeast`.
      data_dir: The folder of prepared data, or None for TFDS's default.
      manual_dir: The folder of the original files, or None to download them.

    Returns:
      The builder of the prepared data, and the time of the preparation in seconds.

    Raises:
      DataError: The original files are missing, damaged or cannot be downloaded, or the
        prepared data are damaged or cannot be written.
    """
    builder = _open(name, data_dir)
    # The data may have appeared just after the builder looked for them.
    if builder.data_path.exists() and builder.info.initialized:
        return builder, 0.0
    start = time.perf_counter()
    _prepare_alone(builder, manual_dir)
    # A new builder also finds data that another process prepared meanwhile.
    return _open(name, data_dir), time.perf_counter() - start


def read(
    builder: tfds.core.DatasetBuilder,
    features: Collection[str] | None = None,
    splits: Collection[str] | None = None,
) -> tuple[dict[str, dict[str, np.ndarray]], dict[str, str]]:
    """Reads prepared data into memory.

    Args:
      builder: The builder of the prepared data.
      features: The names of the features to read, or None for all except those that the
        builder lists in `ON_REQUEST`.
      splits: The names of the splits to read, or None for all.

    Returns:
      Split -> feature name -> array `[N, ...]`, and source -> SHA-256.

    Raises:
      DataError: A feature or split is unknown, or the data are damaged.
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
    # TFDS reports damaged files by errors of any type.
    except Exception as error:
        raise _damaged(builder.data_path, error) from error


def inputs_of(builder: tfds.core.DatasetBuilder) -> dict[str, Any]:
    """Returns the description of the inputs that a builder left with its data.

    Args:
      builder: The builder of the prepared data.

    Returns:
      The description, as JSON holds it; empty where there is none.
    """
    return dict(builder.info.metadata.get("inputs", {}))


def _read_split(
    builder: tfds.core.DatasetBuilder, split: str, features: Collection[str]
) -> dict[str, np.ndarray]:
    data = builder.as_dataset(
        split=split,
        batch_size=-1,
        # Features that are not requested are neither parsed nor decoded.
        decoders=tfds.decode.PartialDecoding(set(features)),
        # A cache would hold a second copy of every row.
        read_config=tfds.ReadConfig(try_autocache=False, interleave_cycle_length=1),
    )
    return {name: _as_array(tensor) for name, tensor in tfds.as_numpy(data).items()}


def _as_array(values: np.ndarray) -> np.ndarray:
    """Converts texts, which TFDS returns as bytes objects, to an array of str."""
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
    data_set, _, config = name.partition("/")
    module = importlib.import_module(f"datasets.{data_set}.{data_set}_dataset_builder")
    try:
        return module.Builder(data_dir=data_dir, config=config or None)
    # The constructor reads the description of prepared data, which may be damaged.
    except Exception as error:
        folder = pathlib.Path(data_dir or constants.DATA_DIR) / name
        raise _damaged(folder, error) from error


def _damaged(folder: pathlib.Path, error: Exception) -> DataError:
    reason = f"{type(error).__name__}: {error}".splitlines()[0]
    return DataError(
        f"the prepared data in {folder} cannot be read ({reason}): delete that folder "
        "and start again"
    )


def _prepare_alone(builder: tfds.core.DatasetBuilder, manual_dir: str | None) -> None:
    """Prepares the data, or waits while another process prepares them."""
    folder = builder.data_path.parent
    name = _full_name(builder)
    root = folder.parents[name.count("/")]
    try:
        root.mkdir(parents=True, exist_ok=True)
        with file_lock.hold_lock(root / f"{name.replace('/', '-')}.lock"):
            if not builder.data_path.exists():
                _remove_leftovers(folder)
                _download_and_prepare(builder, root / "downloads", manual_dir)
    except Exception as error:  # TFDS wraps TensorFlow's errors of a full disk.
        reason = disk_error(error)
        if reason is None or isinstance(error, DataError):
            raise
        raise DataError(
            f"cannot write the prepared data below {root} ({reason}): pass a folder "
            "with free space that can be written as --data_dir"
        ) from error


def _full_name(builder: tfds.core.DatasetBuilder) -> str:
    """Returns the name of the data set, with that of its configuration, if any."""
    config = builder.builder_config
    return builder.name if config is None else f"{builder.name}/{config.name}"


def _remove_leftovers(folder: pathlib.Path) -> None:
    """Removes the files of killed preparations; the lock excludes running ones."""
    for leftover in folder.glob(f"{constants.INCOMPLETE_PREFIX}*"):
        shutil.rmtree(leftover)


def _download_and_prepare(
    builder: tfds.core.DatasetBuilder,
    download_dir: pathlib.Path,
    manual_dir: str | None,
) -> None:
    folder = _check_sources(builder, download_dir, manual_dir)
    builder.download_and_prepare(
        download_dir=download_dir,
        download_config=tfds.download.DownloadConfig(manual_dir=folder),
    )


def _check_sources(
    builder: tfds.core.DatasetBuilder,
    download_dir: pathlib.Path,
    manual_dir: str | None,
) -> pathlib.Path | None:
    """Checks the original files, and returns the user's folder of them, if any."""
    if not builder.url_infos:  # Generated data have no original files.
        return None
    name, url_infos = _full_name(builder), source_files.own_url_infos(builder)
    if manual_dir is None:
        source_files.require_reachable(download_dir, name, url_infos)
        return None
    return source_files.find_manual_files(
        manual_dir,
        name,
        url_infos,
        getattr(builder, "OTHER_VERSIONS", {}),
    )
