"""A study: runs of one method, each with one part changed."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from experiments.ablation.columns import Column

# The run without a change, which the others are compared with.
WHOLE = "full"


class Ablation(NamedTuple):
    """A run with a changed part.

    Attributes:
      title: The change, as the table names it.
      settings: The settings that differ from those of the whole method, by name.
    """

    title: str
    settings: Mapping[str, Any]


class Study(NamedTuple):
    """Runs of one method, each with one part changed.

    Attributes:
      method: The name of the method.
      settings: The settings of all runs, by name; those of an ablation go before them.
      ablations: The runs by name, `WHOLE` among them.
      columns: The columns of the table after that of the changes.
      needed: The parts of a result that the columns need (`require_result`).
    """

    method: str
    settings: Mapping[str, Any]
    ablations: Mapping[str, Ablation]
    columns: tuple[Column, ...]
    needed: tuple[str, ...] = ()

    def folder(self, name: str) -> str:
        """Returns the folder of an ablation's results, `<method>-<ablation>`."""
        return f"{self.method}-{name}"

    def settings_of(self, name: str) -> dict[str, Any]:
        """Returns the settings of an ablation's runs that its task does not have."""
        return {**self.settings, **self.ablations[name].settings}
