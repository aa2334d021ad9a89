"""The sets of the builder `mulan`: files, sizes and content.

Nothing here needs TensorFlow, so that commands can list the sets at once.
"""

import dataclasses
import types
from collections.abc import Mapping


@dataclasses.dataclass(frozen=True)
class MulanSet:
    """A data set.

    Attributes:
      name: The name, which is also that of the folder of its files.
      title: The name in tables.
      content: A phrase on the rows and their labels.
      labels_file: The name of the XML file that lists the labels.
      train_file: The name of the ARFF file of the training rows.
      test_file: The name of that of the test rows; None for a set without an official
        split, whose one file the builder divides.
      train_rows: The number of training rows.
      test_rows: The number of test rows.
      features: The number of columns of the features.
      labels: The number of labels.
      is_binary: Whether all features are 0 and 1.
    """

    name: str
    title: str
    content: str
    labels_file: str
    train_file: str
    test_file: str | None
    train_rows: int
    test_rows: int
    features: int
    labels: int
    is_binary: bool = False

    @property
    def files(self) -> tuple[str, ...]:
        """The names of all files."""
        tests = () if self.test_file is None else (self.test_file,)
        return (self.train_file, *tests, self.labels_file)


def _official(
    name: str,
    title: str,
    content: str,
    rows: tuple[int, int],
    features: int,
    labels: int,
    is_binary: bool = False,
) -> MulanSet:
    """Returns a set with Mulan's split, whose files are named after it."""
    files = (f"{name}.xml", f"{name}-train.arff", f"{name}-test.arff")
    return MulanSet(name, title, content, *files, *rows, features, labels, is_binary)


_ALL = (
    _official("birds", "Birds", "birds heard in recordings", (322, 323), 271, 19),
    MulanSet(
        "cal500",
        "CAL500",
        "songs and the words that listeners describe them by",
        *("cal500.xml", "cal500.arff", None),
        *(335, 167),
        *(68, 174),
    ),
    MulanSet(
        "corel5k",
        "Corel5k",
        "photographs and the words of their captions",
        *("Corel5k.xml", "Corel5k-train-sparse.arff", "Corel5k-test-sparse.arff"),
        *(4500, 500),
        *(499, 374),
        is_binary=True,
    ),
    _official("emotions", "Emotions", "moods of pieces of music", (391, 202), 72, 6),
    _official("enron", "Enron", "topics of e-mails", (1123, 579), 1001, 53, True),
    _official("flags", "Flags", "colors in the flags of countries", (129, 65), 43, 7),
    MulanSet(
        "foodtruck",
        "Food truck",
        "food that people choose at food trucks",
        *("foodtruck.xml", "foodtruck.arff", None),
        *(271, 136),
        *(32, 12),
    ),
    _official("genbase", "Genbase", "families of proteins", (463, 199), 3032, 27, True),
    _official(
        "medical", "Medical", "codes of clinical reports", (333, 645), 1449, 45, True
    ),
    _official("scene", "Scene", "scenes in photographs", (1211, 1196), 294, 6),
    _official("yeast", "Yeast", "functions of genes of yeast", (1500, 917), 103, 14),
)

# In alphabetical order.
SETS: Mapping[str, MulanSet] = types.MappingProxyType({s.name: s for s in _ALL})
