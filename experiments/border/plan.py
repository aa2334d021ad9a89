"""The made data on which the border is looked for."""

import dataclasses
import itertools

TASK = "synthetic_tags"
METHOD = "auto"

# Of each cell. The draw of the data is that of the seed, so that an interval over seeds
# is one over data sets, too.
SEEDS = 3


@dataclasses.dataclass(frozen=True)
class Structure:
    """Labels with a known dependence given the words.

    Attributes:
      title: The name in tables and figures.
      dependence: The share of the rows whose tags are drawn together.
      copies: The number of labels that the first tag of each group stands for.
    """

    title: str
    dependence: float
    copies: int


@dataclasses.dataclass(frozen=True)
class Cell:
    """Made data of one kind, and a generator for them.

    Attributes:
      structure: The dependence between the labels.
      width: The number of hidden units of G.
      rows: The number of training rows.
    """

    structure: Structure
    width: int
    rows: int

    @property
    def settings(self) -> dict[str, float | int]:
        """The settings of its runs, by name, without seed and draw."""
        return {
            "dependence": self.structure.dependence,
            "copies": self.structure.copies,
            "evidence": EVIDENCE,
            "rows": self.rows,
            "hidden": self.width,
        }

    @property
    def folder(self) -> str:
        """The name of the folder of its results."""
        values = (f"{name}{value:g}" for name, value in self.settings.items())
        return "-".join((METHOD, *values))


STRUCTURES = (
    Structure("none", 0.0, 8),
    Structure("weak", 1.0, 1),
    Structure("strong", 1.0, 8),
)

EVIDENCE = 0.15

# The task's own G, and one that is as wide as the D of `auto`: a gain over the first
# may be one of width.
WIDTHS = (64, 500)

ROWS = (250, 3000)

CELLS = tuple(
    Cell(structure, width, rows)
    for structure, width, rows in itertools.product(STRUCTURES, WIDTHS, ROWS)
)
