"""The figures of rows on data sets, and whatever is missing for a comparison."""

import dataclasses
import pathlib
from collections.abc import Sequence

import numpy as np

from experiments.suite.rows import CONTROLS_BY_DECODER, ComparedRow
from experiments.summaries.collection import Results, load_results
from ldrsp_tf.errors import UsageError

# The figures of a row on a data set, in percent, by seed; None where one is missing.
_BySeed = tuple[float | None, ...]


@dataclasses.dataclass(frozen=True)
class Scores:
    """The figures of k rows on several data sets.

    Attributes:
      rows: The rows that have figures.
      by_seed: The figures in percent, task -> one tuple a row -> one figure a seed.
      controls: The figures of the rows that are controls, by each of their decoders:
        task -> control -> one figure a seed.
      unmeasured: The rows without any figure, which are left out.
    """

    rows: tuple[ComparedRow, ...]
    by_seed: dict[str, tuple[_BySeed, ...]]
    controls: dict[str, dict[ComparedRow, _BySeed]]
    unmeasured: tuple[ComparedRow, ...] = ()

    @property
    def complete(self) -> list[str]:
        """The tasks on which every row has a figure of every seed."""
        return [task for task in self.by_seed if not self.gaps(task)]

    @property
    def figures(self) -> np.ndarray:
        """The figures `[N, k, S]`, in percent, of S seeds on the N complete tasks."""
        figures = [self.by_seed[task] for task in self.complete]
        return np.array(figures, float).reshape(-1, len(self.rows), self.seeds)

    @property
    def means(self) -> np.ndarray:
        """The means over seeds `[N, k]` on the complete tasks."""
        return self.figures.mean(axis=-1)

    @property
    def seeds(self) -> int:
        """The number of seeds, S."""
        return len(next(iter(self.by_seed.values()))[0])

    def gaps(self, task: str) -> dict[str, list[int]]:
        """Returns the seeds that rows lack on a task, by the row's name."""
        lacking = {
            row.name: [seed for seed, figure in enumerate(figures) if figure is None]
            for row, figures in zip(self.rows, self.by_seed[task])
        }
        return {name: seeds for name, seeds in lacking.items() if seeds}

    def position(self, name: str | None) -> int:
        """Returns the position of the row of that name; the last one by default.

        Raises:
          UsageError: There is no such row among those with figures.
        """
        names = [row.name for row in self.rows]
        if name is None:
            return len(names) - 1
        if name not in names:
            raise UsageError(
                f"The reference {name!r} is no row with results; there are "
                f"{', '.join(names)}."
            )
        return names.index(name)


def collect_scores(
    results: pathlib.Path,
    tasks: Sequence[str],
    rows: Sequence[ComparedRow],
    seeds: int,
) -> Scores:
    """Collects the figures of seeds 0, 1, ... of all rows.

    Args:
      results: The folder of `<task>/<method>[-<networks>]/seed<k>/result.json`.
      tasks: The names of the tasks.
      rows: The rows to compare.
      seeds: The number of seeds; results of others are ignored, so that all rows have
        as many.

    Raises:
      UsageError: No row has any figure, or a result cannot be read.
    """
    found = {task: load_results(results, task) for task in dict.fromkeys(tasks)}
    by_seed = {
        task: tuple(_figures(of_task, row, seeds) for row in rows)
        for task, of_task in found.items()
    }
    measured = [
        any(figure is not None for of_rows in by_seed.values() for figure in of_rows[i])
        for i in range(len(rows))
    ]
    if not any(measured):
        raise UsageError(
            f"{results} has no result of these rows on {', '.join(tasks)}; make some "
            "with python -m experiments.suite."
        )

    def kept(values: Sequence) -> tuple:
        return tuple(value for value, keep in zip(values, measured) if keep)

    names = {row.name for row in kept(rows)}
    controls = [row for row in CONTROLS_BY_DECODER if row.name in names]
    return Scores(
        rows=kept(rows),
        by_seed={task: kept(of_rows) for task, of_rows in by_seed.items()},
        controls={
            task: {row: _figures(of_task, row, seeds) for row in controls}
            for task, of_task in found.items()
        },
        unmeasured=tuple(row for row, keep in zip(rows, measured) if not keep),
    )


def _figures(results: Results, row: ComparedRow, seeds: int) -> _BySeed:
    by_seed = {result["seed"]: result for result in results.get(row.folder, [])}
    figures = [
        row.figure(by_seed[seed]) if seed in by_seed else None for seed in range(seeds)
    ]
    return tuple(None if figure is None else 100 * figure for figure in figures)
