"""All that rows to predict for need of the training rows, kept in a run's folder."""

import dataclasses
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from datasets.arff.header import Attribute
from experiments.tasks.standardization import Standardization
from ldrsp_tf.errors import UsageError

if TYPE_CHECKING:
    from ldrsp_tf.models.preprocessing import StandardizeFeatures


@dataclasses.dataclass(frozen=True)
class ArffInputs:
    """The features of the training file, and their scale.

    Attributes:
      train_file: The name of the training file, for messages.
      labels: The names of the labels, which rows to predict for may lack.
      features: The attributes that are features, in the order of the file.
      standardization: The scale of the features' columns in the training rows.
    """

    train_file: str
    labels: list[str]
    features: list[Attribute]
    standardization: Standardization

    @property
    def columns(self) -> list[str]:
        """The name of each column of the features' array."""
        return [name for a in self.features for name in a.column_names]

    @property
    def preprocessing(self) -> "StandardizeFeatures | None":
        """The standardization of rows as the reader gives them; None without one."""
        return self.standardization.network(len(self.columns))

    def preprocess(self, rows: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
        """Returns rows with preprocessed features.

        Args:
          rows: The arrays of the rows, with raw `features`, `[N, F]`.
        """
        # Tasks are listed without TensorFlow, which the library's data functions need.
        from ldrsp_tf.data.preprocessing import preprocess

        return {**rows, "features": preprocess(self.preprocessing, rows["features"])}

    def as_dict(self) -> dict[str, Any]:
        """Returns it as JSON holds it, without a loss of digits."""
        scale = self.standardization
        return {
            "train_file": self.train_file,
            "labels": self.labels,
            "features": [[a.name, list(a.values)] for a in self.features],
            "standardized_columns": scale.columns.tolist(),
            "mean": scale.mean.tolist(),
            "deviation": scale.deviation.tolist(),
        }

    @classmethod
    def of_columns(
        cls, content: Mapping[str, Any], standardization: Standardization
    ) -> "ArffInputs":
        """Returns what `as_dict` describes, with a scale given beside it.

        Args:
          content: The entries train_file, labels and features.
          standardization: The scale of the features' columns.
        """
        return cls(
            str(content["train_file"]),
            [str(label) for label in content["labels"]],
            [Attribute(name, tuple(values)) for name, values in content["features"]],
            standardization,
        )

    @classmethod
    def from_dict(cls, content: Mapping[str, Any]) -> "ArffInputs":
        """Returns what `as_dict` describes.

        Raises:
          UsageError: The content is damaged.
        """
        try:
            scale = Standardization(
                np.array(content["standardized_columns"], int),
                np.array(content["mean"], np.float64),
                np.array(content["deviation"], np.float64),
            )
            known = cls.of_columns(content, scale)
            known.standardization.require_fit(len(known.columns))
            return known
        except (KeyError, TypeError, ValueError) as error:
            raise UsageError(
                "The inputs.json of the run is damaged; do the run again in an empty "
                "folder."
            ) from error
