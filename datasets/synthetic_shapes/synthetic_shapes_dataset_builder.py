"""Builder of the synthetic shapes: pictures of silhouettes, and their masks."""

from collections.abc import Iterator
from typing import ClassVar

import numpy as np
import tensorflow_datasets as tfds

from datasets.preparation.checksums import array_checksums
from datasets.preparation.features import byte_tensor, ordered_info
from datasets.synthetic_shapes import generative_model
from datasets.synthetic_shapes.skeletons import SIZE


class Builder(tfds.core.GeneratorBasedBuilder):
    """Builder of the synthetic shapes, which `generative_model` draws."""

    VERSION = tfds.core.Version("1.0.0")
    RELEASE_NOTES: ClassVar[dict[str, str]] = {"1.0.0": "Initial release."}

    def _info(self) -> tfds.core.DatasetInfo:
        return ordered_info(
            self,
            {
                "image": byte_tensor(SIZE, SIZE, 3),
                "mask": byte_tensor(SIZE, SIZE),
            },
            ("image", "mask"),
        )

    def _split_generators(
        self, dl_manager: tfds.download.DownloadManager
    ) -> dict[str, Iterator[tuple[int, dict[str, np.ndarray]]]]:
        splits = generative_model.generate()
        self.info.metadata["sha256"] = array_checksums(
            {
                split: {"image": pictures.images, "mask": pictures.masks}
                for split, pictures in splits.items()
            }
        )
        return {
            split: self._generate_examples(pictures)
            for split, pictures in splits.items()
        }

    def _generate_examples(
        self, pictures: generative_model.Pictures
    ) -> Iterator[tuple[int, dict[str, np.ndarray]]]:
        for row, (image, mask) in enumerate(zip(pictures.images, pictures.masks)):
            yield row, {"image": image, "mask": mask}
