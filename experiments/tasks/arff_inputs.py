"""All that rows to predict for need of the training rows, kept in a run's folder."""

import dataclasses
from collections.abc import Mapping
from typing import Any

import numpy as np

from datasets.arff.header import Attribute
from experiments.tasks.standardization import Standardization
from ldrsp_tf.errors import UsageError


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
    def from_dict(cls, content: Mapping[str, Any]) -> "ArffInputs":
        """Returns what `as_dict` describes.

        Raises:
          UsageError: The content is damaged.
        """
        try:
            return cls(
                str(content["train_file"]),
                [str(label) for label in content["labels"]],
                [
                    Attribute(name, tuple(values))
                    for name, values in content["features"]
                ],
                Standardization(
                    np.array(content["standardized_columns"], int),
                    np.array(content["mean"], np.float64),
                    np.array(content["deviation"], np.float64),
                ),
            )
        except (KeyError, TypeError, ValueError) as error:
            raise UsageError(
                "The inputs.json of the run is damaged; do the run again in an empty "
                "folder."
            ) from error
