"""The lengths of a run's trainings: epochs of the settings, bounded by updates."""

from typing import NamedTuple

from experiments.tasks.config import Config


class Budgets(NamedTuple):
    """The lengths of the trainings of a run on its training rows.

    An epoch of few rows has few updates: a number of epochs that suits 5,000 rows
    leaves a network of 300 rows untrained. So settings may bound it by updates.

    Attributes:
      epochs: The largest number of epochs of the last stage.
      first_epochs: The number of epochs of cross-fitted generators.
      pretraining_epochs: The number of epochs of D's pretraining.
      validation_interval: The number of epochs from one validation of the last stage to
        the next; unless the user gives it, there are as many validations as without
        bounds.
    """

    epochs: int
    first_epochs: int
    pretraining_epochs: int
    validation_interval: int

    @classmethod
    def of(
        cls, config: Config, updates: int, first_updates: int | None = None
    ) -> "Budgets":
        """Returns the budgets of a run.

        Args:
          config: The settings.
          updates: The number of updates of one epoch.
          first_updates: The number of updates of one epoch of cross-fitted generators,
            which may have batches of their own; `updates` by default.
        """
        epochs = bounded_epochs(config.epochs, config.updates, updates)
        interval: float = config.validation_interval
        if config.bounded_interval:
            interval *= epochs / config.epochs
        return cls(
            epochs,
            bounded_epochs(
                config.first_epochs, config.first_updates, first_updates or updates
            ),
            bounded_epochs(
                config.pretraining_epochs, config.pretraining_updates, updates
            ),
            max(1, round(interval)),
        )


def bounded_epochs(epochs: int, bounds: tuple[int, ...], updates: int) -> int:
    """Returns a number of epochs whose updates are within bounds, as far as they can.

    Args:
      epochs: The number of epochs without bounds.
      bounds: The smallest and the largest number of updates; empty for no bounds.
      updates: The number of updates of one epoch.
    """
    if not bounds:
        return epochs
    low, high = bounds
    return max(1, round(min(max(epochs * updates, low), high) / updates))


def selection_epochs(config: Config, rows: int) -> int:
    """Returns the largest number of epochs of the stage that chooses an epoch.

    Args:
      config: The settings of the run.
      rows: The number of rows that the stage trains on.
    """
    updates = config.training.steps_per_epoch(rows)
    return bounded_epochs(config.epochs, config.updates, updates)
