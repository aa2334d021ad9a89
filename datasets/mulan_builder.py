"""Base class of the builders of data sets in Mulan's format."""

import dataclasses
import pathlib
from collections.abc import Iterator, Mapping
from typing import ClassVar

import numpy as np
import tensorflow_datasets as tfds

from datasets import mulan_arff, source_files
from datasets.binary_vector import binary_vector
from datasets.errors import DataError
from datasets.ordered_info import ordered_info


@dataclasses.dataclass(frozen=True)
class ArffSplit:
    """One split: the file that it is made of, and the rows that the file must hold."""

    file: str
    num_rows: int


class MulanBuilder(tfds.core.GeneratorBasedBuilder, skip_registration=True):
    """Builds a multi-label data set of binary features from ARFF files, one a split.

    A subclass states the constants below, and the addresses and SHA-256 of the files in
    the `checksums.tsv` of its folder. The rows keep the order of the file.
    """

    LABELS_FILE: ClassVar[str]
    NUM_FEATURES: ClassVar[int]
    NUM_LABELS: ClassVar[int]
    SPLITS: ClassVar[Mapping[str, ArffSplit]]

    def _info(self) -> tfds.core.DatasetInfo:
        return ordered_info(
            self,
            {
                "features": binary_vector(self.NUM_FEATURES),
                "labels": binary_vector(self.NUM_LABELS),
            },
            ("features", "labels"),
        )

    def _split_generators(
        self, dl_manager: tfds.download.DownloadManager
    ) -> dict[str, Iterator[tuple[int, dict[str, np.ndarray]]]]:
        paths = source_files.download(dl_manager, self.url_infos)
        self.info.metadata["sha256"] = {
            name: source_files.sha256(path) for name, path in paths.items()
        }
        label_names = self._read_label_names(paths[self.LABELS_FILE])
        return {
            split: self._generate_examples(paths[source.file], source, label_names)
            for split, source in self.SPLITS.items()
        }

    def _generate_examples(
        self, path: pathlib.Path, source: ArffSplit, label_names: list[str]
    ) -> Iterator[tuple[int, dict[str, np.ndarray]]]:
        data = mulan_arff.read_arff(path, label_names)
        self._check(path, data, source)
        for row, (features, labels) in enumerate(zip(data.features, data.labels)):
            yield row, {"features": features, "labels": labels}

    def _read_label_names(self, path: pathlib.Path) -> list[str]:
        names = mulan_arff.read_labels_xml(path)
        _require_count(path, "labels", len(names), self.NUM_LABELS)
        return names

    def _check(
        self, path: pathlib.Path, data: mulan_arff.ArffData, source: ArffSplit
    ) -> None:
        num_rows, num_features = data.features.shape
        _require_count(path, "rows", num_rows, source.num_rows)
        _require_count(path, "features", num_features, self.NUM_FEATURES)
        if data.features.dtype != np.uint8:
            raise DataError(f"{path} has features other than 0 and 1: fetch it again")


def _require_count(path: pathlib.Path, what: str, actual: int, expected: int) -> None:
    if actual != expected:
        raise DataError(
            f"{path} has {actual} {what}, expected {expected}: it is cut off or "
            "another version; fetch it again"
        )
