"""Base class of the builders of data sets in Mulan's format."""

import dataclasses
import pathlib
from collections.abc import Iterator, Mapping, Sequence
from typing import ClassVar

import numpy as np
import tensorflow_datasets as tfds

from datasets.arff.header import read_header
from datasets.arff.labels_xml import read_labels_xml
from datasets.arff.reader import ArffData, read_arff
from datasets.errors import DataError
from datasets.preparation import source_files
from datasets.preparation.checksums import file_checksums
from datasets.preparation.features import byte_tensor, ordered_info


@dataclasses.dataclass(frozen=True)
class ArffSplit:
    """A split, made of consecutive rows of a file.

    The splits of one file follow each other in its order, and together use all rows.

    Attributes:
      file: The name of the file.
      num_rows: The number of rows.
    """

    file: str
    num_rows: int


class MulanBuilder(
    tfds.core.GeneratorBasedBuilder,
    skip_registration=True,  # type: ignore[call-arg]  # TFDS is not typed.
):
    """Builder of a multi-label data set with binary features, from ARFF files.

    A subclass sets the constants below, and lists the addresses and SHA-256 of the
    files in the `checksums.tsv` of its folder. The rows keep the order of the file.

    Attributes:
      LABELS_FILE: The name of the XML file that lists the labels, or None if the labels
        are the last attributes.
      NUM_FEATURES: The number of features.
      NUM_LABELS: The number of labels.
      SPLITS: Split -> its rows.
    """

    LABELS_FILE: ClassVar[str | None] = None
    NUM_FEATURES: ClassVar[int]
    NUM_LABELS: ClassVar[int]
    SPLITS: ClassVar[Mapping[str, ArffSplit]]

    def _info(self) -> tfds.core.DatasetInfo:
        return ordered_info(
            self,
            {
                "features": byte_tensor(self.NUM_FEATURES),
                "labels": byte_tensor(self.NUM_LABELS),
            },
            ("features", "labels"),
        )

    def _split_generators(
        self, dl_manager: tfds.download.DownloadManager
    ) -> dict[str, Iterator[tuple[int, dict[str, np.ndarray]]]]:
        paths = source_files.download(dl_manager, self.url_infos)
        self.info.metadata["sha256"] = file_checksums(paths)
        labels = None
        if self.LABELS_FILE is not None:
            labels = self._read_label_names(paths[self.LABELS_FILE])
        ranges = self._row_ranges()
        # The last range of a file ends at its number of rows.
        num_rows = {
            source.file: ranges[split].stop for split, source in self.SPLITS.items()
        }
        files = {
            file: self._read_file(paths[file], labels, rows)
            for file, rows in num_rows.items()
        }
        return {
            split: self._generate_examples(files[source.file], ranges[split])
            for split, source in self.SPLITS.items()
        }

    def _row_ranges(self) -> dict[str, range]:
        """Returns the range of each split in the rows of its file."""
        ranges: dict[str, range] = {}
        ends: dict[str, int] = {}
        for split, source in self.SPLITS.items():
            begin = ends.get(source.file, 0)
            ends[source.file] = begin + source.num_rows
            ranges[split] = range(begin, ends[source.file])
        return ranges

    def _generate_examples(
        self, data: ArffData, rows: range
    ) -> Iterator[tuple[int, dict[str, np.ndarray]]]:
        for key, row in enumerate(rows):
            yield key, {"features": data.features[row], "labels": data.labels[row]}

    def _read_label_names(self, path: pathlib.Path) -> list[str]:
        names = read_labels_xml(path)
        require_count(path, "labels", len(names), self.NUM_LABELS)
        return names

    def _read_file(
        self, path: pathlib.Path, labels: Sequence[str] | None, num_rows: int
    ) -> ArffData:
        # Names of attributes may be in another encoding than UTF-8.
        if labels is None:
            header = read_header(path, any_encoding=True)
            labels = header.outer_names(-self.NUM_LABELS)
        data = read_arff(path, labels, any_encoding=True)
        require_count(path, "rows", len(data.features), num_rows)
        require_count(path, "features", data.features.shape[1], self.NUM_FEATURES)
        if data.features.dtype != np.uint8:
            raise DataError(f"{path} has features other than 0 and 1: fetch it again")
        return data


def require_count(path: pathlib.Path, what: str, actual: int, expected: int) -> None:
    """Refuses a file that has more or less of something than the original one.

    Args:
      path: The file, for the error message.
      what: The counted parts, such as `rows`.
      actual: The number of them in the file.
      expected: The number of them in the original file.

    Raises:
      DataError: The numbers differ.
    """
    if actual != expected:
        raise DataError(
            f"{path} has {actual} {what}, expected {expected}: it is cut off or "
            "another version; fetch it again"
        )
