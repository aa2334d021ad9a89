"""The synthetic data on which the border is looked for."""

import abc
import dataclasses
import itertools
from collections.abc import Mapping, Sequence
from typing import Any

TASK = "synthetic_tags"
SHAPES_TASK = "synthetic_shapes"
METHOD = "auto"

# Of each cell. The draw of the data is that of the seed, so that an interval over seeds
# is one over data sets, too.
SEEDS = 3


class Planned(abc.ABC):
    """Made data of one kind, and the networks for them."""

    @property
    @abc.abstractmethod
    def settings(self) -> Mapping[str, Any]:
        """The settings of its runs, by name, without seed and draw."""

    @property
    @abc.abstractmethod
    def title(self) -> str:
        """The name in sentences."""

    @property
    def folder(self) -> str:
        """The name of the folder of its results."""
        values = (f"{name}{_text(value)}" for name, value in self.settings.items())
        return "-".join((METHOD, *values))


def _text(value: Any) -> str:
    return ",".join(map(str, value)) if isinstance(value, tuple) else f"{value:g}"


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
class Cell(Planned):
    """Made tags of one kind, and a generator for them.

    Attributes:
      structure: The dependence between the labels.
      width: The number of hidden units of G.
      rows: The number of training rows.
    """

    structure: Structure
    width: int
    rows: int

    @property
    def settings(self) -> dict[str, Any]:
        """Those of the generative model of tags, and the width of G."""
        return {
            "dependence": self.structure.dependence,
            "copies": self.structure.copies,
            "evidence": EVIDENCE,
            "rows": self.rows,
            "hidden": (self.width,),
        }

    @property
    def title(self) -> str:
        """The dependence, the width of G and the number of rows."""
        return f"{self.structure.title}, {self.width} units, {self.rows:,} rows"


@dataclasses.dataclass(frozen=True)
class ShapeCell(Planned):
    """Made pictures of one kind.

    Attributes:
      occlusion: The share of an animal's pixels that blocks hide.
      rows: The number of training pictures.
    """

    occlusion: float
    rows: int

    @property
    def settings(self) -> dict[str, Any]:
        """Those of the generative model of shapes."""
        return {"occlusion": self.occlusion, "rows": self.rows}

    @property
    def title(self) -> str:
        """The occlusion and the number of rows."""
        return f"occlusion {self.occlusion:g}, {self.rows} rows"


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

SHAPE_CELLS = tuple(
    ShapeCell(occlusion, rows)
    for occlusion, rows in itertools.product((0.0, 0.5), (60, 400))
)

PLANNED: Mapping[str, Sequence[Planned]] = {TASK: CELLS, SHAPES_TASK: SHAPE_CELLS}
