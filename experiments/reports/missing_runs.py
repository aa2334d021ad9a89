"""The runs that a table lacks."""

import dataclasses
from collections.abc import Sequence

from experiments.summaries.collection import Results
from experiments.summaries.labels import (
    NETWORKS,
    network_settings,
    run_flags,
    split_folder,
)
from experiments.tasks.recipes import RECIPES
from ldrsp_tf.errors import UsageError


@dataclasses.dataclass(frozen=True)
class RunName:
    """A run by its folder, `<task>/<method>[-<networks>]/seed<k>`.

    Attributes:
      task: The task's name.
      folder: The method's folder, `<method>[-<networks>]`.
      seed: The seed.
      controls: Whether its controls are measured though its method measures none.
    """

    task: str
    folder: str
    seed: int
    controls: bool = False

    def __str__(self) -> str:
        return f"{self.task}/{self.folder}/seed{self.seed}"

    @property
    def place(self) -> str:
        """The path of its folder below the folder of all runs.

        With controls it is another run than without, whose folder it cannot go on in.
        """
        return f"{self}-with-controls" if self.controls else str(self)

    @property
    def method(self) -> str:
        """The method's name."""
        return split_folder(self.folder)[0]

    @property
    def networks(self) -> dict[str, str]:
        """The setting of networks other than the task's; empty for the task's own."""
        return network_settings(self.folder)

    @property
    def flags(self) -> list[str]:
        """The flags of `experiments.run` for this run."""
        controls = ["--controls=True"] if self.controls else []
        return [
            *(f"--task={self.task}", *run_flags(self.folder), f"--seed={self.seed}"),
            *controls,
        ]


def missing_runs(
    task: str,
    folders: Sequence[str],
    results: Results,
    seeds: int,
    *,
    controls: bool = False,
) -> list[RunName]:
    """Returns the runs of seeds 0, 1, ... without a complete result.

    All runs of seed 0 come first, so that an interrupted command leaves a table of few
    seeds rather than one of few methods.

    Args:
      task: The task of the table.
      folders: The folders of its methods, `<method>[-<networks>]`.
      results: The complete results, folder -> results.
      seeds: The number of seeds that the table should have.
      controls: Whether the table shows controls, so that a result without any counts
        as missing.
    """
    there = {
        (folder, result["seed"])
        for folder in results
        for result in results[folder]
        if not controls or "controls" in result
    }
    return [
        RunName(task, folder, seed)
        for seed in range(seeds)
        for folder in folders
        if (folder, seed) not in there
    ]


def runnable(folders: Sequence[str]) -> list[str]:
    """Returns the folders whose method and networks this package has.

    Args:
      folders: The folders of methods, `<method>[-<networks>]`.
    """
    return [
        folder
        for folder in folders
        if split_folder(folder)[0] in RECIPES
        and split_folder(folder)[1] in ("", *NETWORKS)
    ]


def require_runnable(folders: Sequence[str]) -> None:
    """Refuses folders whose method or networks this package does not have.

    Args:
      folders: The folders of methods, `<method>[-<networks>]`.

    Raises:
      UsageError: A folder is of no method.
    """
    for folder in folders:
        if not runnable([folder]):
            raise UsageError(
                f"There is no method {folder!r}; the methods are {', '.join(RECIPES)}."
            )
