"""Builder of the data sets in `mulan_sets`, a configuration each."""

import pathlib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, ClassVar

import numpy as np
import tensorflow_datasets as tfds

from datasets.arff.header import read_header
from datasets.arff.labels_xml import read_labels_xml
from datasets.arff.reader import read_arff
from datasets.mulan.splits import divide
from datasets.preparation import source_files
from datasets.preparation.checksums import file_checksums
from datasets.preparation.features import byte_tensor, float_tensor, ordered_info
from datasets.preparation.mulan_builder import require_count
from datasets.preparation.mulan_sets import SETS, MulanSet

_Rows = dict[str, np.ndarray]


class Builder(tfds.core.GeneratorBasedBuilder):
    """Builder of eleven multi-label data sets of the Mulan project."""

    VERSION = tfds.core.Version("1.0.0")
    RELEASE_NOTES: ClassVar[dict[str, str]] = {
        "1.0.0": "Mulan's files, rows in their order."
    }
    BUILDER_CONFIGS: ClassVar[list[tfds.core.BuilderConfig]] = [
        tfds.core.BuilderConfig(
            name=one.name, description=f"{one.title}: {one.content}"
        )
        for one in SETS.values()
    ]

    @property
    def own_files(self) -> Sequence[str]:
        """The names of the source files of the configuration."""
        return self._set.files

    @property
    def _set(self) -> MulanSet:
        return SETS[self.builder_config.name]

    def _info(self) -> tfds.core.DatasetInfo:
        of_features = byte_tensor if self._set.is_binary else float_tensor
        features = {
            "features": of_features(self._set.features),
            "labels": byte_tensor(self._set.labels),
        }
        return ordered_info(self, features, ("features", "labels"))

    def _split_generators(
        self, dl_manager: tfds.download.DownloadManager
    ) -> dict[str, Iterator[tuple[int, _Rows]]]:
        found = source_files.download(dl_manager, source_files.own_url_infos(self))
        paths = {name: found[name] for name in self.own_files}
        self.info.metadata["sha256"] = file_checksums(paths)
        labels = read_labels_xml(paths[self._set.labels_file])
        self.info.metadata["inputs"] = _described(paths[self._set.train_file], labels)
        splits = _read_splits(self._set, paths, labels)
        return {split: self._generate_examples(rows) for split, rows in splits.items()}

    def _generate_examples(self, rows: _Rows) -> Iterator[tuple[int, _Rows]]:
        for key in range(len(rows["labels"])):
            yield key, {name: array[key] for name, array in rows.items()}


def _described(train_file: pathlib.Path, labels: Sequence[str]) -> dict[str, Any]:
    """Describes the columns of the rows, as `LoadedData.inputs` has them."""
    # Names of attributes may be in another encoding than UTF-8.
    header = read_header(train_file, any_encoding=True)
    features = [a for a in header.attributes if a.name not in set(labels)]
    return {
        "train_file": train_file.name,
        "labels": list(labels),
        "features": [[a.name, list(a.values)] for a in features],
    }


def _read_splits(
    one: MulanSet, paths: Mapping[str, pathlib.Path], labels: Sequence[str]
) -> dict[str, _Rows]:
    total = one.train_rows + one.test_rows
    if one.test_file is None:
        rows = _read(one, paths[one.train_file], labels, total)
        return {
            split: {name: array[numbers] for name, array in rows.items()}
            for split, numbers in divide(total).items()
        }
    return {
        "train": _read(one, paths[one.train_file], labels, one.train_rows),
        "test": _read(one, paths[one.test_file], labels, one.test_rows),
    }


def _read(one: MulanSet, path: pathlib.Path, labels: Sequence[str], rows: int) -> _Rows:
    data = read_arff(path, labels, any_encoding=True)
    require_count(path, "rows", len(data.features), rows)
    require_count(path, "features", data.features.shape[1], one.features)
    require_count(path, "labels", data.labels.shape[1], one.labels)
    kind = np.uint8 if one.is_binary else np.float32
    return {
        "features": data.features.astype(kind, casting="safe"),
        "labels": data.labels,
    }
