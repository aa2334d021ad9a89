"""Builder of the synthetic tags: rows with known dependencies between the tags."""

from collections.abc import Iterator
from typing import ClassVar

import numpy as np
import tensorflow_datasets as tfds

from datasets.preparation.checksums import array_checksums
from datasets.preparation.features import byte_tensor, ordered_info
from datasets.synthetic_tags import generative_model


class Builder(tfds.core.GeneratorBasedBuilder):
    """Builder of the synthetic tags, which `generative_model` draws."""

    VERSION = tfds.core.Version("1.0.0")
    RELEASE_NOTES: ClassVar[dict[str, str]] = {"1.0.0": "Initial release."}

    def _info(self) -> tfds.core.DatasetInfo:
        return ordered_info(
            self,
            {
                "features": byte_tensor(generative_model.NUM_WORDS),
                "labels": byte_tensor(generative_model.NUM_TAGS),
            },
            ("features", "labels"),
        )

    def _split_generators(
        self, dl_manager: tfds.download.DownloadManager
    ) -> dict[str, Iterator[tuple[int, dict[str, np.ndarray]]]]:
        splits = generative_model.generate()
        self.info.metadata["sha256"] = array_checksums(
            {
                split: {"features": rows.words, "labels": rows.tags}
                for split, rows in splits.items()
            }
        )
        return {split: self._generate_examples(rows) for split, rows in splits.items()}

    def _generate_examples(
        self, rows: generative_model.Rows
    ) -> Iterator[tuple[int, dict[str, np.ndarray]]]:
        for row, (words, tags) in enumerate(zip(rows.words, rows.tags)):
            yield row, {"features": words, "labels": tags}
