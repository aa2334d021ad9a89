"""Which runs a table lacks."""

import dataclasses
from collections.abc import Collection, Sequence

from experiments.summaries.collection import Results
from experiments.summaries.labels import NETWORKS, run_flags, split_folder


@dataclasses.dataclass(frozen=True)
class RunName:
    """A run by its folder, `<task>/<method>[-<networks>]/seed<k>`."""

    task: str
    folder: str
    seed: int

    def __str__(self) -> str:
        return f"{self.task}/{self.folder}/seed{self.seed}"

    @property
    def method(self) -> str:
        """The method of that folder."""
        return split_folder(self.folder)[0]

    @property
    def networks(self) -> dict[str, str]:
        """The setting that chooses networks other than the task's."""
        networks = split_folder(self.folder)[1]
        return {"generator": networks} if networks else {}

    @property
    def flags(self) -> list[str]:
        """What `experiments.run` is to be told."""
        return [f"--task={self.task}", *run_flags(self.folder), f"--seed={self.seed}"]


def missing_runs(
    task: str, folders: Sequence[str], results: Results, seeds: int
) -> list[RunName]:
    """The runs of seeds 0, 1, ... without a complete result.

    All of seed 0 come first: an interrupted filling leaves a table of few seeds rather
    than one of few methods.

    Args:
      task: Of the table.
      folders: Of its methods, `<method>[-<networks>]`.
      results: The complete ones, folder -> results.
      seeds: How many seeds the table should have.
    """
    there = {
        (folder, result["seed"]) for folder in results for result in results[folder]
    }
    return [
        RunName(task, folder, seed)
        for seed in range(seeds)
        for folder in folders
        if (folder, seed) not in there
    ]


def runnable(folders: Sequence[str], methods: Collection[str]) -> list[str]:
    """Those folders whose method and networks this package has."""
    return [
        folder
        for folder in folders
        if split_folder(folder)[0] in methods
        and split_folder(folder)[1] in ("", *NETWORKS)
    ]
