"""Figures of data sets, in the file `data.json` beside the results."""

import dataclasses
import pathlib

from experiments.summaries.result_file import read_json
from ldrsp_tf.errors import UsageError

FILE = "data.json"


@dataclasses.dataclass(frozen=True)
class Description:
    """Figures of a data set.

    Attributes:
      rows: The number of training rows.
      labels: The number of labels.
      cardinality: The mean number of labels of a training row.
      association: The largest absolute correlation of a label with another one in the
        training rows, in the mean over the labels of all rows.
      perfect_f1: The test F1, in percent, of the exact probability of each label, by
        the plug-in decoder; None where it is unknown.
      room: The points of F1 that decisions by the exact joint distribution are expected
        to add to that; None where they are unknown.
    """

    rows: int
    labels: int
    cardinality: float
    association: float
    perfect_f1: float | None = None
    room: float | None = None


def read_descriptions(results: pathlib.Path) -> dict[str, Description]:
    """Returns the descriptions in a folder of results; none without their file.

    Args:
      results: The folder with `data.json`.

    Raises:
      UsageError: The file is damaged.
    """
    path = results / FILE
    content = read_json(path) or {}
    try:
        return {name: Description(**figures) for name, figures in content.items()}
    except TypeError as error:
        raise UsageError(
            f"{path} is damaged ({error}); make it anew with "
            "python -m experiments.border --describe."
        ) from error
